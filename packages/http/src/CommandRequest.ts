import { EventId, type JsonRecord } from '@foldlog/core'
import type { DispatchContext } from '@foldlog/dispatcher'
import { apply, either as E, function as F, type io as IO, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
import { Body } from './Body.ts'
import { ETag } from './ETag.ts'
import { IdempotencyKey } from './IdempotencyKey.ts'
import { digest } from './internal/digest.ts'
import { Origin } from './Origin.ts'
import { PreferHeader } from './PreferHeader.ts'
import type { RequestError } from './RequestError.ts'

/**
 * A request for a command. `body` is decoded. `context` is for the dispatcher: the key as the command's id, the version
 * and history of `If-Match`, and the signal of the client's connection. `newId` is an id for a resource that the
 * request may create: the same for the same key. `wait` is the preferred wait in milliseconds.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandRequest<A> {
  readonly body: A
  readonly key: string | undefined
  readonly newId: string
  readonly context: DispatchContext
  readonly wait: number | undefined
}

/**
 * Options for reading a request. `scope` separates the keys of different callers, such as the name of the user; `limit`
 * is the maximum number of bytes of a body; `nextId` makes ids for requests without a key, ULIDs when absent;
 * `trustedOrigins` are the other sites whose pages may send commands, none when absent; `user` is stored with the
 * events of the command.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandRequestOptions {
  readonly scope?: string | undefined
  readonly limit?: number | undefined
  readonly user?: JsonRecord | undefined
  readonly nextId?: IO.IO<string> | undefined
  readonly trustedOrigins?: ReadonlyArray<string> | undefined
}

const ulid = EventId.source({ now: Date.now, random: Math.random })

const parseHeaders = (request: Request) =>
  apply.sequenceS(E.Apply)({ key: IdempotencyKey.parse(request), expected: ETag.expected(request) })

/**
 * Reads a request for a command. One that a page of another site has caused is a `CrossSiteRequest` ({@link Origin}).
 *
 * A digest of method, path, query and JSON of the body is stored with the events: by it `runCommand` recognises a key
 * that was used for another request. White space in the body does not count, so that the digest is the same when a
 * framework has parsed the body.
 *
 * @category constructors
 * @since 0.1.0
 */
const read =
  <A>(
    codec: t.Type<A, unknown>,
    { scope = '', limit, nextId = ulid, trustedOrigins, user }: CommandRequestOptions = {},
  ) =>
  (request: Request): TE.TaskEither<RequestError, CommandRequest<A>> =>
    F.pipe(
      TE.fromEither(Origin.check(trustedOrigins)(request)),
      TE.chainEitherK(parseHeaders),
      TE.bind('text', () => Body.text(request, limit)),
      TE.bind('body', ({ text }) => TE.fromEither(Body.decode(codec, request.headers.get('Content-Type'))(text))),
      TE.chainTaskK(({ key, expected, text, body }) => async () => {
        const context = { signal: request.signal, ...expected, ...(user === undefined ? undefined : { user }) }
        const wait = PreferHeader.wait(request)
        if (key === undefined) return { body, key, newId: nextId(), context, wait }
        const { pathname, search } = new URL(request.url)
        const asked = await digest([request.method, pathname + search, Body.canonical(text)])
        return {
          body,
          key,
          newId: EventId.fromHash(await digest(['new', scope, key, request.method, pathname])),
          // A digest, because a scope may be long and clients choose keys: keys of two scopes never collide.
          context: {
            ...context,
            commandId: EventId.fromHash(await digest(['command', scope, key])),
            user: { ...user, request: EventId.fromHash(asked) },
          },
          wait,
        }
      }),
    )

/**
 * Functions on {@link CommandRequest}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const CommandRequest = { read } as const
