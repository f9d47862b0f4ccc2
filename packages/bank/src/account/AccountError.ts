import type { Overdraft } from './Cents.ts'
import type { Reason } from './Events.ts'

/**
 * Why a command is rejected. Amounts in 1/100. `OutOfRange`: the balance would leave the safe integers.
 *
 * @category errors
 * @since 0.1.0
 */
export type AccountError =
  | { readonly _tag: 'AlreadyOpened' }
  | { readonly _tag: 'NotOpen'; readonly status: 'unopened' | 'closed' }
  | { readonly _tag: 'Overdrawn'; readonly balance: number; readonly overdraft: Overdraft; readonly amount: number }
  | { readonly _tag: 'OutOfRange'; readonly balance: number; readonly amount: number }

/**
 * The reason of a rejection, as it is stored in events that record one.
 *
 * @category destructors
 * @since 0.1.0
 */
export const reasonOf = ({ _tag }: AccountError): Reason => {
  switch (_tag) {
    case 'Overdrawn':
      return 'overdrawn'
    case 'OutOfRange':
      return 'out of range'
    case 'AlreadyOpened':
    case 'NotOpen':
      return 'not open'
  }
}
