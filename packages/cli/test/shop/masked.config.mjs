// The same shop, with a field of its events masked.
import { EventMask, ValueMask } from '@foldlog/operations'
import shop from './foldlog.config.mjs'

export default {
  ...shop,
  masks: {
    event: EventMask.ofFields({ cart: { ItemAdded: ['item'] } }),
    state: ValueMask.ofFields({ cart: ['items.*'] }),
    view: ValueMask.ofFields({ carts: ['items'] }),
  },
}
