import { EventCodec, type EventOf } from '@foldlog/core'
import { function as F } from 'fp-ts'
import * as t from 'io-ts'
import { OrderId } from '../ids.ts'
import { Money } from '../Money.ts'
import { Name } from '../Name.ts'
import { Reason } from '../Reason.ts'

const share = { orderId: OrderId, amount: Money }

/**
 * The events of an account, as they are stored.
 *
 * An order requests its share once: the account is charged or declines, and the first decision is final. A charge may
 * be returned.
 *
 * The first shop stored the money of an opening within it, `AccountOpened v1`; these are two events now.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountEvent = EventCodec.make(
  {
    AccountOpened: EventCodec.version(2, t.strict({ name: Name })),
    MoneyDeposited: t.strict({ amount: Money }),
    OrderCharged: t.strict(share),
    ChargeDeclined: t.strict({ ...share, reason: Reason }),
    OrderRefunded: t.strict(share),
  },
  {
    retired: [
      EventCodec.split(
        { type: 'AccountOpened', schemaVersion: 1 },
        t.strict({ name: Name, balance: t.union([t.literal(0), Money]) }),
        [
          { type: 'AccountOpened', schemaVersion: 2 },
          { type: 'MoneyDeposited', schemaVersion: 1 },
        ],
        ({ name, balance }) => [
          { type: 'AccountOpened', schemaVersion: 2, data: { name } },
          ...F.pipe(
            balance > 0 ? [{ type: 'MoneyDeposited', schemaVersion: 1, data: { amount: balance } } as const] : [],
          ),
        ],
      ),
    ],
  },
)

/**
 * An event of an account.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountEvent = EventOf<typeof AccountEvent>
