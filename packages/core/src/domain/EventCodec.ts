import { either as E, function as F } from 'fp-ts'
import type * as t from 'io-ts'
import { nameProblem } from '../values/internal/textRules.ts'
import { Limits } from '../values/Limits.ts'
import type { Tag } from '../values/Tag.ts'
import type { DecodeFailure } from './DecodeFailure.ts'
import { type EncodeFailure, encodeFailure } from './EncodeFailure.ts'
import type { Event } from './Event.ts'
import type { InvalidEventCodec } from './InvalidEventCodec.ts'
import { decoderTable } from './internal/decoderTable.ts'
import { encodeWith } from './internal/encodeWith.ts'
import { entryProblems, optionProblems, retirementProblems } from './internal/entryProblems.ts'
import { storedNames } from './internal/storedNames.ts'
import { makeTagger, taggerProblems } from './internal/taggers.ts'
import { nameVersions, versionProblems } from './internal/versionRules.ts'
import type { EncodedEvent, Recorded, RecordedEvent } from './RecordedEvent.ts'
import { drop, type ReadableVersion, type RetiredVersion, split } from './RetiredVersion.ts'
import { upcast, type VersionChain, version } from './VersionChain.ts'

/**
 * The storage contract of a set of events: their stored names and versions, and how their data is encoded and decoded.
 *
 * `encode` rejects an event that would not decode to the same value. `decode` returns one event for most stored events,
 * several for a form that was split, none for one that was dropped. `types` are the types of the union, `current` the
 * forms that are written, `readable` those that can be read, each with the codec of its own data. `storedNames` has for
 * each type the stored names that decode to it, also in part.
 *
 * `tags` are the tags of an event, sorted, each once: a pure function of the decoded event, so that no writer forgets
 * them. `encode` adds them to what it returns.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventCodec<Ev extends Event> {
  readonly types: ReadonlyArray<Ev['type']>
  readonly current: Readonly<Record<Ev['type'], ReadableVersion>>
  readonly readable: ReadonlyArray<ReadableVersion>
  readonly storedNames: Readonly<Record<Ev['type'], ReadonlyArray<string>>>
  readonly tags: (event: Ev) => E.Either<EncodeFailure, ReadonlyArray<Tag>>
  readonly encode: (event: Ev) => E.Either<EncodeFailure, EncodedEvent>
  readonly decode: (recorded: RecordedEvent) => E.Either<DecodeFailure, ReadonlyArray<Ev>>
}

/**
 * The union of events of a codec: `type AccountEvent = EventOf<typeof AccountEvent>`.
 *
 * @category type level
 * @since 0.1.0
 */
export type EventOf<Codec> = Codec extends EventCodec<infer Ev> ? Ev : never

/** Any {@link VersionChain}; the type of its data is unknown. */
type AnyVersionChain = Pick<VersionChain<unknown>, '_tag' | 'versions'> & { readonly codec: t.Mixed }

/**
 * An entry in the record of a codec: one io-ts codec (version 1, stored under the key), or a chain of versions.
 *
 * @category model
 * @since 0.1.0
 */
export type CodecEntry = t.Mixed | AnyVersionChain

type DataOf<Entry extends CodecEntry> = Entry extends { readonly codec: infer C extends t.Mixed }
  ? t.TypeOf<C>
  : Entry extends t.Mixed
    ? t.TypeOf<Entry>
    : never

/**
 * The union of events that a record of entries describes.
 *
 * @category type level
 * @since 0.1.0
 */
export type EventsOf<Entries extends Readonly<Record<string, CodecEntry>>> = {
  readonly [K in keyof Entries & string]: { readonly type: K; readonly data: DataOf<Entries[K]> }
}[keyof Entries & string]

/**
 * The tags of events, by type: each a pure function of the data. A type without one has no tags.
 *
 * @category model
 * @since 0.1.0
 */
export type TagsOf<Entries extends Readonly<Record<string, CodecEntry>>> = {
  readonly [K in keyof Entries & string]?: ((data: DataOf<Entries[K]>) => ReadonlyArray<Tag>) | undefined
}

/**
 * The options of an event codec. `retired` are stored forms that are split or dropped when they are read. `tags` are
 * the tags of its events.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventCodecOptions<Entries extends Readonly<Record<string, CodecEntry>>> {
  readonly retired?: ReadonlyArray<RetiredVersion> | undefined
  readonly tags?: TagsOf<Entries> | undefined
}

const isChain = (entry: CodecEntry): entry is AnyVersionChain => '_tag' in entry && entry._tag === 'VersionChain'

const toChain = (entry: CodecEntry): AnyVersionChain => (isChain(entry) ? entry : version(1, entry))

/**
 * Builds a codec, or returns every problem with its versions.
 *
 * @category constructors
 * @since 0.1.0
 */
const makeEither = <const Entries extends Readonly<Record<string, CodecEntry>>>(
  entries: Entries,
  options: EventCodecOptions<Entries> = {},
): E.Either<InvalidEventCodec, EventCodec<EventsOf<Entries>>> => {
  type Ev = EventsOf<Entries>
  // JavaScript may pass anything, also nothing.
  const { retired: retirements = [], tags = {} } = Object(options) as EventCodecOptions<Entries>
  const wrong = [
    ...entryProblems('the record of events', entries),
    ...optionProblems(options),
    ...retirementProblems(retirements),
    ...taggerProblems(entries, tags),
  ]
  if (wrong.length > 0) return E.left({ _tag: 'InvalidEventCodec', problems: wrong })
  const chains = Object.entries(entries).map(([key, entry]) => [key, toChain(entry)] as const)
  const versions = chains.flatMap(([key, chain]) => nameVersions(key, chain.versions))
  const readable = [...versions, ...retirements].map(({ type, schemaVersion, codec }) => ({
    type,
    schemaVersion,
    codec,
  }))
  const badNames = readable.flatMap(({ type }) => {
    const problem = nameProblem(type, Limits.eventType)
    return problem === undefined ? [] : [`the stored name ${JSON.stringify(type)} ${problem}`]
  })
  // A set: a name with several versions, or a form that occurs twice, would be reported each time.
  const problems = [...new Set([...badNames, ...versionProblems(versions, retirements)])]
  if (problems.length > 0) return E.left({ _tag: 'InvalidEventCodec', problems })

  const current = chains.map(([key, { codec, versions }]) => {
    const newest = nameVersions(key, versions).at(-1)
    return [key, { type: newest?.type ?? key, schemaVersion: newest?.schemaVersion ?? 1, codec }] as const
  })
  // The functions of the record take the data of their own types, which is the data of the events they are called with.
  const tagger = makeTagger(tags as Readonly<Record<string, ((data: unknown) => ReadonlyArray<Tag>) | undefined>>)
  const encoders = new Map(current.map(([key, stored]) => [key, tagger.around(key, encodeWith(stored))]))
  const decode = decoderTable(chains, retirements)
  return E.right({
    // The keys of the record are the types of the union that is derived from it.
    types: Object.keys(entries) as ReadonlyArray<Ev['type']>,
    // Every key of the record has its entry.
    current: Object.fromEntries(current) as EventCodec<Ev>['current'],
    readable,
    // Every key of the record has its chain.
    storedNames: storedNames(chains, retirements) as EventCodec<Ev>['storedNames'],
    tags: tagger.tags,
    encode: (event) =>
      encoders.get(event.type)?.(event) ?? E.left(encodeFailure(event.type, 'type', 'this codec has no such event')),
    decode: (recorded) => {
      const decoded = decode(recorded)
      if (E.isLeft(decoded)) {
        const { stream, version, position, type, schemaVersion } = recorded
        return E.left({ _tag: 'DecodeFailure', stream, version, position, type, schemaVersion, reason: decoded.left })
      }
      // Each event has a key of the record as its type, and data that this key's codec decoded: that is the definition
      // of the union.
      return decoded as E.Right<ReadonlyArray<Ev>>
    },
  })
}

/**
 * Builds a codec from a record of event types. The keys are the types of the union, and also the stored names unless a
 * version names another. The options name retired stored forms, which are split or dropped when they are read, and the
 * tags of events.
 *
 * A missing, duplicate or circularly replaced version is a mistake in the program, not in its input. So this throws
 * where the constant is defined, with every problem in the message. {@link EventCodec.makeEither} returns the same as
 * an `Either`.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { EventCodec, type EventOf } from '@foldlog/core'
 * import * as t from 'io-ts'
 *
 * const AccountEvent = EventCodec.make({
 *   Deposited: t.strict({ cents: t.number }),
 *   Withdrawn: t.strict({ cents: t.number }),
 * })
 * type AccountEvent = EventOf<typeof AccountEvent> // { type: 'Deposited', data: { cents: number } } | ...
 *
 * const deposited: AccountEvent = { type: 'Deposited', data: { cents: 100 } }
 * console.log(AccountEvent.encode(deposited))
 * ```
 *
 * ```text
 * {
 *   _tag: 'Right',
 *   right: { type: 'Deposited', schemaVersion: 1, data: { cents: 100 } }
 * }
 * ```
 */
const make = <const Entries extends Readonly<Record<string, CodecEntry>>>(
  entries: Entries,
  options: EventCodecOptions<Entries> = {},
): EventCodec<EventsOf<Entries>> =>
  F.pipe(
    makeEither(entries, options),
    E.getOrElse(({ problems }): EventCodec<EventsOf<Entries>> => {
      throw new Error(`Invalid event codec: ${problems.join('; ')}`)
    }),
  )

/**
 * Decodes stored events in order, each with its envelope; stops at the first one that cannot be decoded.
 *
 * @category destructors
 * @since 0.1.0
 */
const decodeAll =
  <Ev extends Event>(codec: Pick<EventCodec<Ev>, 'decode'>) =>
  (recorded: ReadonlyArray<RecordedEvent>): E.Either<DecodeFailure, ReadonlyArray<Recorded<Ev>>> => {
    const all: Array<Recorded<Ev>> = []
    for (const one of recorded) {
      const decoded = codec.decode(one)
      if (E.isLeft(decoded)) return decoded
      const { id, stream, version, position, recordedAt, metadata } = one
      let index = 0
      for (const event of decoded.right) {
        const effectId = index === 0 ? id : `${id}.${index}`
        all.push({ id, stream, version, position, recordedAt, metadata, index, effectId, event })
        index++
      }
    }
    return E.right(all)
  }

/**
 * Functions on {@link EventCodec}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const EventCodec = { make, makeEither, version, upcast, split, drop, decodeAll } as const
