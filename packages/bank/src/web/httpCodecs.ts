import { withJsonSchema } from '@foldlog/core/codecs'
import * as t from 'io-ts'
import { AccountId } from '../account/AccountId.ts'
import { Amount, Overdraft } from '../account/Cents.ts'
import { AccountName } from '../account/Events.ts'
import { TransferId } from '../transfer/TransferId.ts'
import { TransferReason } from '../transfer/TransferReason.ts'

/**
 * In a URL `.` and `..` are steps, in any encoding: an account with such a number could be opened and never addressed.
 */
const pathSegment = <A extends string>(codec: t.Type<A, string, unknown>): t.Type<A, string, unknown> =>
  t.refinement(codec, (id) => id !== '.' && id !== '..', codec.name)

/** The name of an account in a request: at most 200 characters. Stored names may be longer, and are shown. */
const GivenName = withJsonSchema(
  t.refinement(AccountName, (name) => [...name].length <= 200, 'GivenName'),
  { type: 'string', pattern: '\\S', maxLength: 200 },
)

/**
 * The bodies of requests, under the names that Chekov's bank gave them. Amounts are in 1/100.
 *
 * @category codecs
 * @since 0.1.0
 */
export const RequestBodies = {
  /** The bank chooses the number when it is absent. Without a limit the account cannot be overdrawn. */
  opening: t.intersection([
    t.type({ name: GivenName }),
    t.partial({ account_id: pathSegment(AccountId), overdraft: Overdraft }),
  ]),
  renaming: t.strict({ name: GivenName }),
  amount: t.strict({ amount: Amount }),
  /** The bank chooses the number when it is absent. The number of an earlier transfer on the same terms repeats it. */
  transfer: t.intersection([
    t.type({ from: AccountId, to: AccountId, amount: Amount }),
    t.partial({ transfer_id: pathSegment(TransferId) }),
  ]),
} as const

const Account = t.strict({
  account_id: t.string,
  status: t.keyof({ open: null, closed: null }),
  name: AccountName,
  balance: t.number,
  overdraft: Overdraft,
})

const Transfer = t.strict({
  transfer_id: t.string,
  status: t.keyof({ 'under way': null, completed: null, refused: null, compensated: null }),
  from: AccountId,
  to: AccountId,
  amount: Amount,
  reason: t.union([TransferReason, t.null]),
})

/**
 * The bodies of responses, and the items of pages.
 *
 * @category codecs
 * @since 0.1.0
 */
export const ResponseBodies = {
  account: Account,
  transfer: Transfer,
} as const
