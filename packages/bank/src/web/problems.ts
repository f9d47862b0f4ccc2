import { Responder } from '@foldlog/http'
import type { WebError } from './Web.ts'

/**
 * The rejections of the bank as HTTP problems: 404 for a missing thing, 409 for a conflict with the current state, 422
 * for an impossible request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const bankResponder = Responder.make<WebError>({
  AlreadyOpened: { status: 409, title: 'An account with this number already exists' },
  NotOpen: {
    statuses: [404, 409],
    of: ({ status }) =>
      status === 'unopened'
        ? { status: 404, title: 'Account not found' }
        : { status: 409, title: 'The account is closed' },
  },
  Overdrawn: {
    status: 409,
    title: 'Insufficient funds',
    facts: ({ balance, overdraft, amount }) => ({ balance, overdraft, amount }),
  },
  OutOfRange: { status: 422, title: 'Amount too large' },
  SameAccount: { status: 422, title: 'A transfer needs two different accounts' },
  OtherTerms: {
    status: 409,
    title: 'Another transfer has this number',
    facts: ({ terms: { from, to, amount } }) => ({ from, to, amount }),
  },
  NotUnderWay: { status: 409, title: 'The transfer has ended', facts: ({ status }) => ({ transfer: status }) },
  NotFinished: { status: 409, title: 'Temporarily not possible', detail: ({ what }) => what },
})
