import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import { tryCatch } from '../values/internal/tryCatch.ts'
import type { DecodeReason } from './DecodeFailure.ts'
import { decodeWith } from './internal/decodeWith.ts'

/**
 * One stored form of an event: `name` and `version` are what the store holds (no name: the key of the record it stands under), `codec` reads
 * its data as it was written, `decode` turns it into the newest form.
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
 * The versions of one event type, oldest first. The last is written, all are read. `codec` is that of the last.
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
 * Where a version differs in its stored name.
 *
 * @category model
 * @since 0.1.0
 */
export interface VersionOptions {
  /** The stored name of this version, when it is not the key of the record. */
  readonly name?: string
}

/**
 * The first version of a type that this code knows.
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
 * The next version of a type, and how data of the version before becomes data of this one. `f` must be pure and total; what it makes is
 * checked by the codec all the same. Keep older codecs and upcasts as they are: they read history.
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
 *   EventCodec.upcast(2, t.strict({ name: t.string, country: t.string }), ({ name }) => ({ name, country: 'unknown' })),
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
          const made = f(data)
          return codec.is(made) ? E.right(made) : E.left(`made what is not a ${codec.name}`)
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
