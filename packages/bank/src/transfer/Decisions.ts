import { either as E } from 'fp-ts'
import type { TransferCommand } from './Commands.ts'
import type { TransferEvent } from './Events.ts'
import type { Transfer, TransferTerms } from './Fold.ts'

/**
 * Why a command is rejected. `OtherTerms`: another transfer has this number.
 *
 * @category errors
 * @since 0.1.0
 */
export type TransferError =
  | { readonly _tag: 'SameAccount' }
  | { readonly _tag: 'OtherTerms'; readonly terms: TransferTerms }
  | { readonly _tag: 'NotUnderWay'; readonly status: Transfer['status'] }

type Decision = E.Either<TransferError, ReadonlyArray<TransferEvent>>

const request = (terms: TransferTerms, transfer: Transfer): Decision => {
  const { from, to, amount } = terms
  if (from === to) return E.left({ _tag: 'SameAccount' })
  if (transfer.status === 'unrequested') return E.right([{ type: 'TransferRequested', data: { from, to, amount } }])
  const { terms: known } = transfer
  return known.from === from && known.to === to && known.amount === amount
    ? E.right([])
    : E.left({ _tag: 'OtherTerms', terms: known })
}

/** A transfer ends once. Ending it again in the same way changes nothing. */
const end = (status: Transfer['status'], event: TransferEvent, transfer: Transfer): Decision => {
  if (transfer.status === 'under way') return E.right([event])
  return transfer.status === status ? E.right([]) : E.left({ _tag: 'NotUnderWay', status: transfer.status })
}

/**
 * Decides a command of a transfer: events, or a rejection.
 *
 * @category destructors
 * @since 0.1.0
 */
export const decideOnTransfer = ({ type, data }: TransferCommand, transfer: Transfer): Decision => {
  switch (type) {
    case 'RequestTransfer':
      return request(data, transfer)
    case 'CompleteTransfer':
      return end('completed', { type: 'TransferCompleted', data: {} }, transfer)
    case 'RefuseTransfer':
      return end('refused', { type: 'TransferRefused', data: { reason: data.reason } }, transfer)
    case 'CompensateTransfer':
      return end('compensated', { type: 'TransferCompensated', data: { reason: data.reason } }, transfer)
  }
}
