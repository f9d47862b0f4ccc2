import { Projection } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import type { AccountEvent } from '../account/Events.ts'
import { account } from '../account/Service.ts'

/**
 * The view of an account. `version` is that of its stream.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountView = t.strict({ name: t.string, balance: t.number, version: t.number })

/**
 * The view of an account.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountView = t.TypeOf<typeof AccountView>

/** The change of the balance by an event. */
const gain = (event: AccountEvent): number => {
  switch (event.type) {
    case 'MoneyDeposited':
    case 'OrderRefunded':
      return event.data.amount
    case 'OrderCharged':
      return -event.data.amount
    default:
      return 0
  }
}

/**
 * The projection of accounts. Their key is the stream and not the id: an event that cannot be decoded waits in the lane
 * of its stream, and later events must wait there too.
 *
 * @category constructors
 * @since 0.1.0
 */
export const accounts: Projection<readonly [typeof account], AccountView> = Projection.make({
  name: 'accounts',
  // The views of the first shop were version 1, and know only the events of their time.
  version: 2,
  from: [account],
  partitions: 4,
  view: AccountView,
  key: ({ stream }) => stream,
  project: (view, { event, version }) => {
    if (event.type === 'AccountOpened') return { name: event.data.name, balance: 0, version }
    return view === undefined ? undefined : { ...view, balance: view.balance + gain(event), version }
  },
})
