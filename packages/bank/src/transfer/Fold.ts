import type { AccountId } from '../account/AccountId.ts'
import type { Amount } from '../account/Cents.ts'
import type { TransferEvent } from './Events.ts'
import type { TransferReason } from './TransferReason.ts'

/**
 * The terms of a transfer: its source account, its target account, and its amount in 1/100.
 *
 * @category model
 * @since 0.1.0
 */
export interface TransferTerms {
  readonly from: AccountId
  readonly to: AccountId
  readonly amount: Amount
}

/**
 * The state of a transfer.
 *
 * @category model
 * @since 0.1.0
 */
export type Transfer =
  | { readonly status: 'unrequested' }
  | { readonly status: 'under way' | 'completed'; readonly terms: TransferTerms }
  | { readonly status: 'refused' | 'compensated'; readonly terms: TransferTerms; readonly reason: TransferReason }

/**
 * A transfer before its first event.
 *
 * @category constructors
 * @since 0.1.0
 */
export const initialTransfer: Transfer = { status: 'unrequested' }

/**
 * The state after the next event.
 *
 * @category destructors
 * @since 0.1.0
 */
export const evolveTransfer = (transfer: Transfer, event: TransferEvent): Transfer => {
  if (event.type === 'TransferRequested') return { status: 'under way', terms: event.data }
  // No decision makes another event before the request.
  if (transfer.status === 'unrequested') return transfer
  const { terms } = transfer
  switch (event.type) {
    case 'TransferCompleted':
      return { status: 'completed', terms }
    case 'TransferRefused':
      return { status: 'refused', terms, reason: event.data.reason }
    case 'TransferCompensated':
      return { status: 'compensated', terms, reason: event.data.reason }
  }
}
