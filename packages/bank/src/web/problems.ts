import { Logger } from '@foldlog/core'
import { Responder } from '@foldlog/http'
import type { WebError } from './Web.ts'

/**
 * The rejections of the bank as HTTP problems: 404 for a missing thing, 409 for a conflict with the current state, 422
 * for an impossible request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const bankResponder = (logger: Logger = Logger.silent): Responder<WebError> =>
  Responder.make<WebError>(
    {
      AlreadyOpened: () => ({ status: 409, title: 'An account with this number already exists' }),
      NotOpen: ({ status }) =>
        status === 'unopened'
          ? { status: 404, title: 'Account not found' }
          : { status: 409, title: 'The account is closed' },
      Overdrawn: ({ balance, overdraft, amount }) => ({
        status: 409,
        title: 'Insufficient funds',
        facts: { balance, overdraft, amount },
      }),
      OutOfRange: () => ({ status: 422, title: 'Amount too large' }),
      SameAccount: () => ({ status: 422, title: 'A transfer needs two different accounts' }),
      OtherTerms: ({ terms: { from, to, amount } }) => ({
        status: 409,
        title: 'Another transfer has this number',
        facts: { from, to, amount },
      }),
      NotUnderWay: ({ status }) => ({ status: 409, title: 'The transfer has ended', facts: { transfer: status } }),
      NotFinished: ({ what }) => ({ status: 409, title: 'Temporarily not possible', detail: what }),
    },
    { logger },
  )
