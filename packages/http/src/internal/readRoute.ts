import { function as F, taskEither as TE } from 'fp-ts'
import type { RequestError } from '../RequestError.ts'
import type { Codecs, RouteInput } from '../RouteInput.ts'
import type { ServedEnvironment } from '../RouteSpec.ts'
import { authenticated } from './authenticate.ts'
import { decodePath, decodeQuery } from './decodeParameters.ts'

/** The options that routes that read have in common. */
interface ReadRoute<P extends Codecs, Q extends Codecs, Tag extends string> {
  readonly name: string
  readonly summary?: string | undefined
  readonly path: string
  readonly parameters?: P | undefined
  readonly query?: Q | undefined
  readonly errors?: ReadonlyArray<Tag> | undefined
  readonly anonymous?: boolean | undefined
}

/** The description of a route that reads, without its responses. One with parameters may find nothing. */
export const describeRead = <P extends Codecs, Q extends Codecs, Tag extends string>({
  name,
  summary = name,
  path,
  parameters,
  query,
  errors = [],
  anonymous = false,
}: ReadRoute<P, Q, Tag>) => ({
  name,
  path,
  summary,
  method: 'GET' as const,
  isCommand: false,
  anonymous,
  errors: parameters === undefined ? errors : [...errors, 'NotFound' as const],
  parameters,
  query,
})

/** Reads the input of a route that reads: its user, and its parameters, decoded. */
export const readInput = <P extends Codecs, Q extends Codecs, User, Env>(
  served: ServedEnvironment<never, never, User, Env>,
  { parameters, query, anonymous = false }: Pick<ReadRoute<P, Q, never>, 'parameters' | 'query' | 'anonymous'>,
) => {
  const userOf = authenticated(served, anonymous)
  return (
    request: Request,
    values: Readonly<Record<string, string>>,
  ): TE.TaskEither<RequestError, RouteInput<P, Q, User>> =>
    F.pipe(
      userOf(request),
      TE.bindW('parameters', () => TE.fromEither(decodePath(parameters, values))),
      TE.bindW('query', () => TE.fromEither(decodeQuery(query, request))),
      TE.map(({ user, parameters, query }) => ({ user, parameters, query, request })),
    )
}
