import type { Json, JsonRecord } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import { problemStatuses } from './internal/documentedStatuses.ts'
import { PathTemplate } from './internal/PathTemplate.ts'
import { makeSchemas, type Schemas } from './internal/schema/Schemas.ts'
import { withoutUndefined } from './internal/withoutUndefined.ts'
import type { NamedSchemas } from './NamedSchemas.ts'
import { ProblemDetails } from './ProblemDetails.ts'
import type { Route } from './Route.ts'
import type { ResponseSpec } from './RouteDescription.ts'
import { ServerSentEvents } from './ServerSentEvents.ts'
import type { UnsupportedCodec } from './UnsupportedCodec.ts'

/**
 * The general part of an OpenAPI document. `schemas` are those of codecs whose parts do not describe them fully, by
 * name.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenApiInfo {
  readonly title: string
  readonly version: string
  readonly description: string
  readonly schemas?: NamedSchemas | undefined
}

const header = (name: string, description: string, schema: JsonRecord = { type: 'string' }): JsonRecord => ({
  name,
  in: 'header',
  required: false,
  description,
  schema,
})

const preferHeader = header('Prefer', '`wait=5`: answer when the views show the result, after at most 5 seconds.')

const commandHeaders: ReadonlyArray<JsonRecord> = [
  header(
    'Idempotency-Key',
    'A request that is repeated with the same key is processed once, and answered as the first time. Each stream has its own keys.',
  ),
  header(
    'If-Match',
    'The `ETag` that you have seen: if it has changed or was lost since, nothing is written, and the answer is 412. `*`: any version of an existing resource.',
  ),
  header('If-None-Match', '`*`: if the resource exists, nothing is written, and the answer is 412.', {
    type: 'string',
    const: '*',
  }),
  preferHeader,
]

const readHeaders: ReadonlyArray<JsonRecord> = [
  header('If-None-Match', 'The `ETag` that you have, or `*` for any: if it is still current, the answer is 304.'),
  preferHeader,
  header('Foldlog-Position', 'The value from the response to a command: `Prefer: wait` waits for this position.'),
]

const eventHeaders: ReadonlyArray<JsonRecord> = [
  header('Last-Event-ID', 'The `id` of the last event that you have: the events after it follow.'),
]

const headersOf = ({ isCommand, responses }: Route): ReadonlyArray<JsonRecord> => {
  if (isCommand) return commandHeaders
  return responses[200]?.mediaType === ServerSentEvents.mediaType ? eventHeaders : readHeaders
}

const problemSchema: JsonRecord = {
  type: 'object',
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string' },
  },
  required: ['type', 'title', 'status', 'code'],
}

const problem = (description: string): JsonRecord => ({
  description,
  content: { [ProblemDetails.mediaType]: { schema: { $ref: '#/components/schemas/Problem' } } },
})

const statusDescriptions: Readonly<Record<number, string>> = {
  400: 'The request is malformed.',
  401: 'The request does not say who sends it.',
  403: 'A page of another site has caused the request, or the sender may not do this.',
  404: 'Not found.',
  409: 'The request conflicts with the current state.',
  410: 'Gone.',
  412: 'The version is not that of `If-Match`, or the resource exists and `If-None-Match: *` was sent.',
  413: 'The body is too large.',
  415: 'The body must be JSON.',
  421: 'The request is for a host that this server is not.',
  422: 'The request can never be fulfilled, or its `Idempotency-Key` was used for another one.',
  500: 'The server failed.',
  503: 'Temporarily unavailable; see `Retry-After`.',
}

type DocumentResult<A> = E.Either<UnsupportedCodec, A>

const entries = <A>(
  pairs: ReadonlyArray<readonly [string, DocumentResult<A>]>,
): DocumentResult<Readonly<Record<string, A>>> =>
  F.pipe(
    pairs,
    E.traverseArray(([key, made]) =>
      F.pipe(
        made,
        E.map((one) => [key, one] as const),
      ),
    ),
    E.map(Object.fromEntries<A>),
  )

const operation = (route: Route, schemas: Schemas): DocumentResult<JsonRecord> => {
  const schemaOf = (codec: t.Any) => schemas.of(codec, `${route.name} ${codec.name}`)
  const content = (codec: t.Any): DocumentResult<JsonRecord> =>
    F.pipe(
      schemaOf(codec),
      E.map((schema) => ({ 'application/json': { schema } })),
    )
  const response = ({ description, body, mediaType }: ResponseSpec): DocumentResult<JsonRecord> => {
    if (mediaType !== undefined)
      return E.right({ description, content: { [mediaType]: { schema: { type: 'string' } } } })
    return body === undefined
      ? E.right({ description })
      : F.pipe(
          content(body),
          E.map((made) => ({ description, content: made })),
        )
  }
  // A parameter is a text in any case, so one whose codec has no schema is a text.
  const parameter = (codec: t.Any | undefined): JsonRecord =>
    F.pipe(
      codec === undefined ? E.right({ type: 'string' }) : schemaOf(withoutUndefined(codec)),
      E.getOrElse((): JsonRecord => ({ type: 'string' })),
    )
  const inPath = PathTemplate.names(route.path).map(
    (name): JsonRecord => ({ name, in: 'path', required: true, schema: parameter(route.parameters?.[name]) }),
  )
  const inQuery = Object.entries(route.query ?? {}).map(
    ([name, codec]): JsonRecord => ({
      name,
      in: 'query',
      required: E.isLeft(codec.decode(undefined)),
      schema: parameter(codec),
    }),
  )
  return F.pipe(
    E.Do,
    E.bind('answers', () => entries(Object.entries(route.responses).map(([status, one]) => [status, response(one)]))),
    E.bind('body', () => (route.body === undefined ? E.right(undefined) : content(route.body))),
    E.map(({ answers, body }) => ({
      operationId: route.name,
      summary: route.summary,
      parameters: [...inPath, ...inQuery, ...headersOf(route)],
      ...(body === undefined ? undefined : { requestBody: { required: true, content: body } }),
      responses: {
        ...answers,
        ...Object.fromEntries(
          problemStatuses(route).map((status) => [`${status}`, problem(statusDescriptions[status] ?? 'A problem.')]),
        ),
      },
    })),
  )
}

/**
 * Builds an OpenAPI 3.1 document of routes, or returns the first codec without a schema.
 *
 * @category constructors
 * @since 0.1.0
 */
const makeEither = (
  { schemas: named = {}, ...info }: OpenApiInfo,
  routes: ReadonlyArray<Route>,
): E.Either<UnsupportedCodec, JsonRecord> => {
  const schemas = makeSchemas({ named, at: '#/components/schemas/', refers: 'names', reserved: ['Problem'] })
  return F.pipe(
    routes,
    E.traverseArray((route) =>
      F.pipe(
        operation(route, schemas),
        E.map((made) => ({ route, made })),
      ),
    ),
    E.map((made) => {
      const paths: Record<string, Record<string, Json>> = {}
      for (const { route, made: one } of made) {
        paths[route.path] = { ...paths[route.path], [route.method.toLowerCase()]: one }
      }
      return {
        openapi: '3.1.0',
        info: { ...info },
        paths,
        components: { schemas: { Problem: problemSchema, ...schemas.definitions() } },
      }
    }),
  )
}

/**
 * Makes an OpenAPI 3.1 document of routes. A codec without a schema is a mistake in the program, so this function
 * throws at once; `build` returns the same as an `Either`.
 *
 * @category constructors
 * @since 0.1.0
 */
const make = (info: OpenApiInfo, routes: ReadonlyArray<Route>): JsonRecord =>
  F.pipe(
    makeEither(info, routes),
    E.getOrElse(({ path, codec, why }): JsonRecord => {
      throw new Error(`There is no schema for ${path} (${codec}): ${why}`)
    }),
  )

/**
 * Functions on OpenAPI documents.
 *
 * @category namespace
 * @since 0.1.0
 */
export const OpenApi = { make, makeEither } as const
