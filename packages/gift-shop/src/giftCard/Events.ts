import { EventCodec, type EventOf } from '@foldlog/core'
import { function as F } from 'fp-ts'
import * as t from 'io-ts'
import { OrderId } from '../ids.ts'
import { Money } from '../Money.ts'
import { Name } from '../Name.ts'
import { Quantity } from '../Quantity.ts'
import { Reason } from '../Reason.ts'

const Created = t.strict({ name: Name, price: Money, count: Quantity })
const share = { orderId: OrderId, amount: Quantity }

/**
 * The events of a gift card, as they are stored. Its share in an order is a number of pieces from the stock.
 *
 * The first shop stored the creation as `CardCreated`, and recorded every use of a card by a customer (`GiftCardUsed`),
 * which has no meaning for this shop.
 *
 * @category codecs
 * @since 0.1.0
 */
export const GiftCardEvent = EventCodec.make(
  {
    GiftCardCreated: F.pipe(
      EventCodec.version(1, Created, { name: 'CardCreated' }),
      EventCodec.upcast(2, Created, (same) => same),
    ),
    StockTaken: t.strict(share),
    StockNotTaken: t.strict({ ...share, reason: Reason }),
    StockReturned: t.strict(share),
  },
  { retired: [EventCodec.drop({ type: 'GiftCardUsed', schemaVersion: 1 })] },
)

/**
 * An event of a gift card.
 *
 * @category model
 * @since 0.1.0
 */
export type GiftCardEvent = EventOf<typeof GiftCardEvent>
