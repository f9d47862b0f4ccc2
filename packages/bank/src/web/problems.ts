import { Logger } from '@foldlog/core'
import { Responder } from '@foldlog/http'
import type { WebError } from './Web.ts'

/**
 * The refusals of the bank as HTTP problems: 404 for a missing thing, 409 for a conflict with the current state, 422
 * for an impossible request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const bankResponder = (logger: Logger = Logger.silent): Responder<WebError> =>
  Responder.make<WebError>(
    {
      AlreadyOpened: () => ({ status: 409, title: 'There is an account with this number already' }),
      NotOpen: ({ status }) =>
        status === 'unopened'
          ? { status: 404, title: 'There is no such account' }
          : { status: 409, title: 'The account is closed' },
      Overdrawn: ({ balance, overdraft, amount }) => ({
        status: 409,
        title: 'There is not enough money',
        facts: { balance, overdraft, amount },
      }),
      OutOfRange: () => ({ status: 422, title: 'Nobody could count so much money' }),
      SameAccount: () => ({ status: 422, title: 'A transfer goes from one account to another one' }),
      OtherTerms: ({ terms: { from, to, amount } }) => ({
        status: 409,
        title: 'This is the number of another transfer',
        facts: { from, to, amount },
      }),
      NotUnderWay: ({ status }) => ({ status: 409, title: 'The transfer has ended', facts: { transfer: status } }),
      NotFinished: ({ what }) => ({ status: 409, title: 'It cannot be done now', detail: what }),
    },
    { logger },
  )
