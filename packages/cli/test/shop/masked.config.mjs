// The same shop, with a field of its events masked.
import { EventMask } from '@foldlog/operations'
import shop from './foldlog.config.mjs'

export default { ...shop, mask: EventMask.ofFields({ cart: { ItemAdded: ['item'] } }) }
