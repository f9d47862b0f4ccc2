import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import { tryCatch } from '../values/internal/tryCatch.ts'
import { UserCode } from '../values/UserCode.ts'
import type { DecodeReason } from './DecodeFailure.ts'
import { decodeWith } from './internal/decodeWith.ts'

/**
 * One stored form of an event. `name` and `version` are the stored ones (without a name, the key of the record
 * applies); `codec` reads the data as it was written; `decode` turns it into the newest form.
 *
 * @category for store authors
 * @since 0.1.0
 */
export interface VersionDecoder<A> {
  readonly name: string | undefined
  readonly version: number
  readonly codec: t.Mixed
  readonly decode: (data: unknown) => E.Either<DecodeReason, A>
}

/**
 * The versions of one event type, oldest first. The last one is written, all are read. `codec` is that of the last.
 *
 * @category model
 * @since 0.1.0
 */
export interface VersionChain<A> {
  readonly _tag: 'VersionChain'
  readonly codec: t.Type<A, unknown>
  readonly versions: ReadonlyArray<VersionDecoder<A>>
}

/**
 * Options of a version.
 *
 * @category model
 * @since 0.1.0
 */
export interface VersionOptions {
  /** The stored name of this version, when it is not the key of the record. */
  readonly name?: string | undefined
}

/**
 * Starts a chain: the first version of an event type that this program can read.
 *
 * @category constructors
 * @since 0.1.0
 */
export const version = <A>(
  number: number,
  codec: t.Type<A, unknown>,
  { name }: VersionOptions = {},
): VersionChain<A> => ({
  _tag: 'VersionChain',
  codec,
  versions: [{ name, version: number, codec, decode: decodeWith(codec) }],
})

/**
 * Adds the next version of a type, with a function from data of the version before. `f` must be pure and total; the
 * codec checks its result in any case. Keep older codecs and upcasts unchanged: they read stored events.
 *
 * @category combinators
 * @since 0.1.0
 *
 * @example
 * ```ts
 * import { EventCodec } from '@foldlog/core'
 * import { function as F } from 'fp-ts'
 * import * as t from 'io-ts'
 *
 * export const Registered = F.pipe(
 *   EventCodec.version(1, t.strict({ name: t.string })),
 *   EventCodec.upcast(2, t.strict({ name: t.string, country: t.string }), ({ name }) => ({
 *     name,
 *     country: 'unknown',
 *   })),
 * )
 * ```
 */
export const upcast =
  <A, B>(number: number, codec: t.Type<B, unknown>, f: (older: A) => B, { name }: VersionOptions = {}) =>
  (older: VersionChain<A>): VersionChain<B> => {
    const upcastFailed = (why: string): DecodeReason => ({ _tag: 'UpcastFailed', to: `version ${number}`, why })
    const convert = (data: A): E.Either<DecodeReason, B> =>
      F.pipe(
        tryCatch(() => {
          const made = UserCode.plain('upcast', f(data))
          return UserCode.plain('is', codec.is(made)) ? E.right(made) : E.left(`the result is not a ${codec.name}`)
        }),
        E.flatten,
        E.mapLeft(upcastFailed),
      )
    const lift = (decoder: VersionDecoder<A>): VersionDecoder<B> => ({
      ...decoder,
      decode: (data) => F.pipe(decoder.decode(data), E.chain(convert)),
    })
    return {
      _tag: 'VersionChain',
      codec,
      versions: [...older.versions.map(lift), { name, version: number, codec, decode: decodeWith(codec) }],
    }
  }
