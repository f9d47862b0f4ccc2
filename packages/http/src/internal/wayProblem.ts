import type { JsonRecord } from '@foldlog/core'
import type { ProblemDetails } from '../ProblemDetails.ts'
import type { WayError } from '../WayError.ts'

/** A problem, and in how many seconds it may be over. */
export interface Told {
  readonly problem: ProblemDetails
  readonly retryAfter?: number
}

/** What a request expects of a version: nothing, its number alone, or its number and its history. */
export type Precondition = 'none' | 'number' | 'place'

type Facts = Omit<ProblemDetails, 'code'>

const ask = (status: number, title: string, detail?: string, facts?: JsonRecord): Facts => ({
  status,
  title,
  ...(detail === undefined ? undefined : { detail }),
  ...(facts === undefined ? undefined : { facts }),
})

const at = (code: string, { status, title, ...more }: Facts, retryAfter?: number): Told => ({
  problem: { status, title, code, ...more },
  ...(retryAfter === undefined ? undefined : { retryAfter }),
})

const again = 'Bring the request again with the same Idempotency-Key: if it was done, you get what it led to.'

const lost =
  'The store was set back after you read it. What you read may be lost, and this version may be another one now. Nothing was done; read it again.'

const readAgain = (common: number | null): string =>
  `The store was set back. Read from ${common === null ? 'the beginning' : `behind position ${common}`}.`

/**
 * What is told of an error of the way. Of faults on our side nothing is told but that there was one: what they say is for the log. A request with a precondition
 * said which version it expects, so a conflict is about that.
 */
export const wayProblem = (error: WayError, precondition: Precondition): Told => {
  const tell = (facts: Facts, retryAfter?: number): Told => at(error._tag, facts, retryAfter)
  switch (error._tag) {
    case 'NotJson':
      return tell(ask(415, 'The body must be JSON', `Content-Type is ${error.type ?? 'absent'}`))
    case 'MalformedJson':
      return tell(ask(400, 'The body is no JSON', error.why))
    case 'InvalidBody':
      return tell(
        ask(400, 'The body is not what it should be', undefined, {
          errors: error.problems.map(({ path, why }) => ({ path, why })),
        }),
      )
    case 'InvalidPath':
      return tell(
        ask(400, 'The address names nothing that can be', undefined, {
          errors: error.problems.map(({ path, why }) => ({ path, why })),
        }),
      )
    case 'BodyTooLarge':
      return tell(ask(413, 'The body is too large', `The limit is ${error.limit} bytes.`, { limit: error.limit }))
    case 'InvalidHeader':
      return tell(ask(400, 'A header cannot be understood', `${error.header} ${error.why}`))
    case 'InvalidInput':
      return tell(ask(400, 'The request cannot be done as it is', `${error.what} ${error.why}`))
    case 'EncodeFailure':
      return tell(ask(422, 'What the request says cannot be stored', `${error.path}: ${error.why}`))
    case 'NotFound':
      return tell(ask(404, 'There is no such thing', `There is no ${error.what}.`))
    case 'StreamNotFound':
      return tell(ask(404, 'There is no such thing'))
    case 'StreamDeleted':
      return tell(ask(410, 'It is gone for good'))
    case 'PreconditionFailed':
      return tell(ask(412, 'It is not at the version you have seen', `${error.header} matches no version.`))
    case 'VersionConflict':
      if (error.rewound === true && precondition === 'place') {
        return tell(ask(412, 'It is not at the version you have seen', lost, { version: error.actual }))
      }
      // Not 412: the request does not say of which history its version is.
      if (error.rewound === true) return tell(ask(503, 'The store was set back', 'Nothing was done; try again.'), 1)
      return precondition !== 'none'
        ? tell(ask(412, 'It is not at the version you have seen', undefined, { version: error.actual }))
        : tell(ask(503, 'Others were faster', 'Nothing was done; try again.'), 1)
    case 'IdempotencyKeyReused':
      return tell(ask(422, 'This Idempotency-Key is that of another request', 'What that request led to stands.'))
    case 'EventIdReused':
      return tell(ask(409, 'This Idempotency-Key leads to what is stored as something else'))
    case 'StoreUnavailable':
      return tell(ask(503, 'The store does not answer', again), error.retryable ? 1 : 10)
    case 'StoreOverloaded':
    case 'DispatcherOverloaded':
      return tell(ask(503, 'Too much is waiting', 'Nothing was done; try again, slower.'), 1)
    case 'DispatcherStopped':
    case 'DispatchAborted':
      return tell(ask(503, 'This server is about to end', 'Nothing was done; try again.'), 1)
    case 'LogRewound':
      return tell(ask(410, 'The place to read from is gone', readAgain(error.common)))
    case 'HandlersNotAwaited':
      if (error.why._tag === 'LogRewound') return tell(ask(503, 'What was done may be lost', again), 1)
      return tell(ask(504, 'It was done, and is not to be seen everywhere yet'))
    case 'DecodeFailure':
      return tell(ask(500, 'What is stored cannot be read here'))
    case 'ViewDecodeFailure':
    case 'DecisionFailed':
    case 'UnknownCommand':
      return tell(ask(500, 'Something is wrong on our side'))
    default:
      return at('InternalError', ask(500, 'Something is wrong on our side'))
  }
}
