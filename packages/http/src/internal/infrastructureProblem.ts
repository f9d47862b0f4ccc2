import type { BoundaryChanged, JsonRecord, VersionConflict } from '@foldlog/core'
import type { InfrastructureError } from '../InfrastructureError.ts'
import type { ProblemDetails } from '../ProblemDetails.ts'

/**
 * A problem, the number of seconds after which a retry makes sense, and the value of `WWW-Authenticate` for a request
 * that does not say who sends it.
 */
export interface ProblemResponse {
  readonly problem: ProblemDetails
  readonly retryAfter?: number | undefined
  readonly challenge?: string | undefined
}

/** The precondition of a request on a version: none, its number alone, or its number and its history. */
export type Precondition = 'none' | 'number' | 'place'

type ProblemFacts = Omit<ProblemDetails, 'code'>

const problemFacts = (status: number, title: string, detail?: string, facts?: JsonRecord): ProblemFacts => ({
  status,
  title,
  ...(detail === undefined ? undefined : { detail }),
  ...(facts === undefined ? undefined : { facts }),
})

const withCode = (code: string, { status, title, ...more }: ProblemFacts, retryAfter?: number): ProblemResponse => ({
  problem: { status, title, code, ...more },
  ...(retryAfter === undefined ? undefined : { retryAfter }),
})

const retryAdvice = 'Send the request again with the same Idempotency-Key: if it was processed, you get its result.'

const operatorAdvice = `An operator must act first. Then: ${retryAdvice}`

const lost =
  'The store was reset to an earlier state after you read it. What you read may be lost, and this version may have other content now. Nothing was written; read it again.'

const readAgain = (common: number | null): string =>
  `The store was reset to an earlier state. Read from ${common === null ? 'the beginning' : `after position ${common}`}.`

const reused = (
  error: Extract<InfrastructureError, { readonly _tag: 'IdempotencyKeyReused' | 'CommandIdReused' }>,
): ProblemFacts => {
  if (error._tag === 'IdempotencyKeyReused') {
    const detail = 'The key was used for another request, whose result remains valid.'
    return problemFacts(422, 'Idempotency-Key reused', detail)
  }
  const { first, command } = error
  const detail = `The id was used for another command, ${first}, whose result remains valid.`
  return problemFacts(422, 'Command id reused', detail, { first, command })
}

const conflictProblem = (error: VersionConflict | BoundaryChanged, precondition: Precondition): ProblemResponse => {
  const failed = (detail?: string): ProblemResponse =>
    withCode(
      error._tag,
      problemFacts(412, 'Precondition failed', detail, 'actual' in error ? { version: error.actual } : undefined),
    )
  const again = (title: string, detail: string): ProblemResponse =>
    withCode(error._tag, problemFacts(503, title, detail), 1)
  if (error.rewound === true) {
    // 412 only when the request names the history of its version.
    return error._tag === 'VersionConflict' && precondition === 'place'
      ? failed(lost)
      : again('The store was reset to an earlier state', 'Nothing was written; try again.')
  }
  // A precondition names the version of a stream, and says nothing of a boundary.
  return error._tag === 'BoundaryChanged' || precondition === 'none'
    ? again('Conflict, try again', 'Nothing was written.')
    : failed()
}

/**
 * Maps an infrastructure error to a problem. Details of server faults are logged, never sent. A request with a
 * precondition names the version that it expects, so a conflict is a failed precondition.
 */
export const infrastructureProblem = (error: InfrastructureError, precondition: Precondition): ProblemResponse => {
  const respond = (facts: ProblemFacts, retryAfter?: number): ProblemResponse => withCode(error._tag, facts, retryAfter)
  switch (error._tag) {
    case 'NotJson':
      return respond(problemFacts(415, 'Unsupported media type', `Content-Type is ${error.type ?? 'absent'}`))
    case 'MalformedJson':
      return respond(problemFacts(400, 'Malformed JSON', error.why))
    case 'InvalidBody':
      return respond(
        problemFacts(400, 'Invalid request body', undefined, {
          errors: error.problems.map(({ path, why }) => ({ path, why })),
        }),
      )
    case 'InvalidPath':
    case 'InvalidQuery':
      return respond(
        problemFacts(400, `Invalid ${error._tag === 'InvalidPath' ? 'path' : 'query'} parameter`, undefined, {
          errors: error.problems.map(({ path, why }) => ({ path, why })),
        }),
      )
    case 'Unauthorized':
      return { ...respond(problemFacts(401, 'Unauthorized')), challenge: error.challenge }
    case 'Forbidden':
      return respond(problemFacts(403, 'Forbidden', error.why))
    case 'BodyTooLarge':
      return respond(
        problemFacts(413, 'Content too large', `The limit is ${error.limit} bytes.`, { limit: error.limit }),
      )
    case 'InvalidHeader':
      return respond(problemFacts(400, 'Invalid header', `${error.header} ${error.why}`))
    case 'InvalidInput':
      return respond(problemFacts(400, 'Invalid request', `${error.what} ${error.why}`))
    case 'EncodeFailure':
      return respond(problemFacts(422, 'The data cannot be stored', `${error.path}: ${error.why}`))
    case 'NotFound':
      return respond(problemFacts(404, 'Not found', `There is no ${error.what}.`))
    case 'StreamNotFound':
      return respond(problemFacts(404, 'Not found'))
    case 'VersionNotFound':
      return respond(problemFacts(404, 'Not found', `There is no version ${error.version}.`, { version: error.actual }))
    case 'StreamDeleted':
      return respond(problemFacts(410, 'Gone'))
    case 'PreconditionFailed':
      return respond(problemFacts(412, 'Precondition failed', `${error.header} matches no version.`))
    case 'VersionConflict':
    case 'BoundaryChanged':
      return conflictProblem(error, precondition)
    case 'IdempotencyKeyReused':
    case 'CommandIdReused':
      return respond(reused(error))
    case 'HostNotAllowed':
      return respond(problemFacts(421, 'Misdirected request', `This server is not ${error.host}.`))
    case 'CrossSiteRequest':
      return respond(problemFacts(403, 'Cross-site request', `${error.origin} may not change anything here.`))
    case 'NotAnsweredInTime':
      return respond(problemFacts(503, 'Not answered in time', retryAdvice), 1)
    case 'EventIdReused':
      return respond(problemFacts(409, 'Event id reused'))
    case 'StoreUnavailable':
      // The second answer has no `Retry-After`, because the request fails again until an operator has acted.
      return error.retryable
        ? respond(problemFacts(503, 'Store unavailable', retryAdvice), 1)
        : respond(problemFacts(503, 'Store unavailable', operatorAdvice))
    case 'StoreOverloaded':
    case 'DispatcherOverloaded':
      return respond(problemFacts(503, 'Overloaded', 'Nothing was written; try again later.'), 1)
    case 'DispatcherStopped':
    case 'DispatchAborted':
      return respond(problemFacts(503, 'Shutting down', 'Nothing was written; try again.'), 1)
    case 'LogRewound':
      return respond(problemFacts(410, 'The log was rewound behind this position', readAgain(error.common)))
    case 'HandlersNotReached':
      if (error.why._tag === 'LogRewound') return respond(problemFacts(503, 'The result may be lost', retryAdvice), 1)
      return respond(problemFacts(504, 'Stored, but not yet visible in all views'))
    case 'DecodeFailure':
      return respond(problemFacts(500, 'Stored data cannot be decoded'))
    case 'ViewDecodeFailure':
    case 'DomainCodeFailed':
    case 'UnknownCommand':
      return respond(problemFacts(500, 'Internal error'))
    default:
      return withCode('InternalError', problemFacts(500, 'Internal error'))
  }
}
