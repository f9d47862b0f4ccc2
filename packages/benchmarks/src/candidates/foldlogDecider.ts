import type { Append, Marker, NewEvent, Query } from '@foldlog/core'
import { Tag } from '@foldlog/core'
import { either as E, option as O } from 'fp-ts'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import { Decision, type StoredDecision } from '../domain/Decision.ts'
import { expectRight } from '../expectRight.ts'
import type { Decide, OpenDecider } from './Decider.ts'
import { Foldlog } from './foldlog.ts'

/** What a decision rests on. */
interface Seen {
  readonly marker: Marker
  readonly last: number
}

const tagOf = (text: string): Tag => {
  const [name = '', value = ''] = text.split(':')
  return Tag.of(name, value)
}

/**
 * An event about which others may decide.
 *
 * @category constructors
 * @since 0.1.0
 */
const event = (about: string, seen: number, tags: ReadonlyArray<string>): NewEvent => ({
  ...Foldlog.event(1),
  data: { ...Decision.data(about, seen) },
  ...(tags.length === 0 ? undefined : { tags: tags.map(tagOf) }),
})

const queryOf = (tag: string): Query => [{ types: [Decision.type], tags: [tagOf(tag)] }]

const readSeen = async ({ store }: Pick<Foldlog, 'store'>, query: Query): Promise<Seen> => {
  const { event, marker } = await expectRight(store.lastMatching(query))
  return { marker, last: O.isSome(event) ? event.value.position : 0 }
}

/** Decides until the event is stored. What a refused append returns is enough to decide again. */
const decideAbout = (
  foldlog: Pick<Foldlog, 'store'>,
  tag: string,
  query: Query,
  start: Seen,
  stream: () => Append['stream'],
): Decide => {
  let seen = start
  return async (tags) => {
    for (;;) {
      const appended = await foldlog.store.append({
        stream: stream(),
        expected: 'any',
        events: [event(tag, seen.last, tags)],
        conditions: [{ query, marker: seen.marker }],
      })()
      if (E.isRight(appended)) {
        const {
          markers: [marker = seen.marker] = [],
          positions: [position = 0],
        } = appended.right
        seen = { marker, last: tags.includes(tag) ? position : seen.last }
        return
      }
      const error = appended.left
      if (error._tag !== 'BoundaryChanged') throw new Error(JSON.stringify(error))
      const change = error.changes?.[0]
      const last = change?.events.at(-1)?.position
      seen =
        change === undefined || last === undefined
          ? await readSeen(foldlog, query)
          : { marker: change.marker, last: Math.max(seen.last, last) }
    }
  }
}

/**
 * Makes decisions in an open store. `close` is called after its turns.
 *
 * @category constructors
 * @since 0.1.0
 */
const on = (foldlog: Foldlog, close = foldlog.close): OpenDecider => {
  const { sql } = foldlog
  const run = crypto.randomUUID()
  let streams = 0
  return {
    about: async (tag) => {
      const query = queryOf(tag)
      return decideAbout(foldlog, tag, query, await readSeen(foldlog, query), () =>
        Foldlog.stream(`${run}.${streams++}`),
      )
    },
    end: async () => {
      const [row] = await sql<[{ end: number }]>`select coalesce(max(position), 0)::float8 as end from foldlog.events`
      return row.end
    },
    storedAfter: (position) => sql<ReadonlyArray<StoredDecision>>`
      select position::float8 as position, to_json(tags) as tags, data ->> 'about' as about,
        (data ->> 'seen')::float8 as seen
      from foldlog.events where position > ${position} order by position`,
    lastOf: async (tags, position) => {
      const rows = await sql<ReadonlyArray<{ readonly tag: string; readonly last: number }>>`
        select tag, (
          select coalesce(max(t.position), 0) from foldlog.event_tags t
          where t.tag = foldlog.tag_hash(about.tag) and t.position <= ${position}
        )::float8 as last
        from json_array_elements_text(${JSON.stringify(tags)}::text::json) about (tag)`
      return new Map(rows.map(({ tag, last }) => [tag, last]))
    },
    close,
  }
}

/** Opens a new store to make decisions in.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = async (environment: BenchmarkEnvironment): Promise<OpenDecider> => on(await Foldlog.open(environment))

/** The number of events in one append, while a store is filled. */
const fillSize = 500

/**
 * Fills a store with events that have a tag.
 *
 * @category combinators
 * @since 0.1.0
 */
const fill = async ({ store }: Pick<Foldlog, 'store'>, tag: string, events: number): Promise<void> => {
  for (let stored = 0; stored < events; stored += fillSize)
    await expectRight(
      store.append({
        stream: Foldlog.stream(`filled.${tag.replace(':', '.')}.${stored}`),
        expected: 'any',
        events: Array.from({ length: Math.min(fillSize, events - stored) }, (_, i) =>
          event(tag, 0, [tag, `filled:${stored + i}`]),
        ),
      }),
    )
}

/**
 * Functions on decisions in foldlog's store.
 *
 * @category namespace
 * @since 0.1.0
 */
export const FoldlogDecider = { on, open, event, fill } as const
