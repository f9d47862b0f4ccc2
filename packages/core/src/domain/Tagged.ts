import { either as E } from 'fp-ts'
import { Limits } from '../values/Limits.ts'
import type { Query } from '../values/Query.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { Tag } from '../values/Tag.ts'
import type { DecodeFailure, DecodeReason } from './DecodeFailure.ts'
import type { EncodeFailure } from './EncodeFailure.ts'
import type { Event } from './Event.ts'
import { EventCodec } from './EventCodec.ts'
import type { RecordedEvent } from './RecordedEvent.ts'

/**
 * A decoded event with what a view looks at beside its data: its stream and its tags.
 *
 * @category model
 * @since 0.1.0
 */
export interface Tagged<out Ev extends Event> {
  readonly event: Ev
  readonly stream: StreamName
  readonly tags: ReadonlyArray<Tag>
}

/**
 * Adds its tags to an event of a stream.
 *
 * @category constructors
 * @since 0.1.0
 */
const of =
  <Ev extends Event>(codec: Pick<EventCodec<Ev>, 'tags'>, stream: StreamName) =>
  (event: Ev): E.Either<EncodeFailure, Tagged<Ev>> =>
    E.Functor.map(codec.tags(event), (tags) => ({ event, stream, tags }))

/**
 * Decodes stored events in order, each with its tags; stops at the first one that cannot be decoded. The tags are those
 * of the decoded event: the parts of an event that was split may have different ones.
 *
 * @category destructors
 * @since 0.1.0
 */
const decodeAll =
  <Ev extends Event>(codec: Pick<EventCodec<Ev>, 'decode' | 'tags'>) =>
  (recorded: ReadonlyArray<RecordedEvent>): E.Either<DecodeFailure, ReadonlyArray<Tagged<Ev>>> => {
    const all: Array<Tagged<Ev>> = []
    for (const { type, schemaVersion, ...one } of recorded) {
      const decoded = EventCodec.decodeAll(codec)([{ type, schemaVersion, ...one }])
      if (E.isLeft(decoded)) return decoded
      for (const { event, stream, version, position } of decoded.right) {
        const tags = codec.tags(event)
        if (E.isLeft(tags)) {
          const reason: DecodeReason = { _tag: 'TagsFailed', why: `${tags.left.path}: ${tags.left.why}` }
          return E.left({ _tag: 'DecodeFailure', stream, version, position, type, schemaVersion, reason })
        }
        all.push({ event, stream, tags: tags.right })
      }
    }
    return E.right(all)
  }

/** As many types as an item of a query may have. */
const chunks = (types: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from({ length: Math.ceil(types.length / Limits.queryTypes) }, (_, i) =>
    types.slice(i * Limits.queryTypes, (i + 1) * Limits.queryTypes),
  )

/**
 * The query of a store for a query that names types of decoded events: with all the stored names that decode to them.
 * It selects every stored event of which a part meets the query, and may select more.
 *
 * @category combinators
 * @since 0.1.0
 */
const storedQuery =
  <Ev extends Event>({ storedNames }: Pick<EventCodec<Ev>, 'storedNames'>) =>
  (query: Query): Query => {
    const names = new Map<string, ReadonlyArray<string>>(Object.entries(storedNames))
    return query.flatMap(({ types = [], ...item }) => {
      const stored = types.flatMap((type) => names.get(type) ?? [type])
      return stored.length === 0 ? [item] : chunks(stored).map((some) => ({ ...item, types: some }))
    })
  }

/**
 * Functions on {@link Tagged}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Tagged = { of, decodeAll, storedQuery } as const
