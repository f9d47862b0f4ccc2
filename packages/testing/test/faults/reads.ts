import type { EventStore, RecordedEvent } from '@foldlog/core'
import { invalidInput, type LogPage, type StreamPage } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, logPages, nextMacrotask, type StoreFault, streamPages } from './StoreFault.ts'

const slices =
  (read: EventStore['readStream'], change: (slice: StreamPage) => StreamPage): EventStore['readStream'] =>
  (stream, options) =>
    TE.Functor.map(read(stream, options), change)

const logSlices =
  (read: EventStore['readLog'], change: (slice: LogPage) => LogPage): EventStore['readLog'] =>
  (options) =>
    TE.Functor.map(read(options), change)

/** Whether an option is there and undefined. */
const hasUndefined = (options: object | undefined): boolean => Object.values(options ?? {}).includes(undefined)

const nothingRead = (why: string) => TE.left(invalidInput('options', why))

export const readFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'refuses an option that is undefined',
    caughtBy: [
      'absent options: readStream takes an option that is undefined for an absent one',
      'absent options: readLog takes an option that is undefined for an absent one',
    ],
    make: broken((store) => ({
      readStream: (stream, options) =>
        hasUndefined(options) ? nothingRead('undefined') : store.readStream(stream, options),
      readLog: (options) => (hasUndefined(options) ? nothingRead('undefined') : store.readLog(options)),
    })),
  },
  {
    fault: 'takes a part of a filter that is undefined for one that nothing meets',
    caughtBy: ['absent options: readLog takes a part of a filter that is undefined for an absent one'],
    make: broken((store) => ({
      readLog: (options) =>
        hasUndefined(options?.filter)
          ? logSlices(store.readLog, (slice) => ({ ...slice, events: [] }))(options)
          : store.readLog(options),
    })),
  },
  {
    fault: 'refuses metadata that is undefined',
    caughtBy: ['absent options: append takes metadata and a history that are undefined for absent ones'],
    make: broken((store) => ({
      append: (append) =>
        Array.isArray(append?.events) && append.events.some((event) => hasUndefined(event?.metadata))
          ? nothingRead('undefined')
          : store.append(append),
    })),
  },
  {
    fault: 'returns a stream backwards',
    caughtBy: [
      'readStream: readStream returns the events within the bounds',
      'append: versions count from 1 without gaps',
    ],
    make: broken((store) => ({ readStream: streamPages(store, (events) => [...events].reverse()) })),
  },
  {
    fault: 'treats `from` as exclusive',
    caughtBy: [
      'readStream: readStream returns the events within the bounds',
      'readStream: following pages returns the whole stream once',
    ],
    make: broken((store) => ({
      readStream: (stream, options) =>
        store.readStream(stream, {
          ...options,
          ...(options?.from === undefined || options.from >= 2 ** 31 || options.direction === 'backward'
            ? {}
            : { from: options.from + 1 }),
        }),
    })),
  },
  {
    fault: 'reports `end` for every full page',
    caughtBy: [
      'readStream: following pages returns the whole stream once',
      'readStream: readStream returns at most 1,000 events by default',
    ],
    make: broken((store) => ({ readStream: slices(store.readStream, (slice) => ({ ...slice, end: true })) })),
  },
  {
    fault: 'skips a version',
    caughtBy: ['append: versions count from 1 without gaps'],
    make: broken((store) => ({
      readStream: streamPages(store, (events) =>
        events.map((event) => ({ ...event, version: event.version > 2 ? event.version + 1 : event.version })),
      ),
    })),
  },
  {
    fault: 'reads from a lagging replica',
    caughtBy: ['laziness: a read that is called again reads anew'],
    make: broken((store) => {
      const seen = new Map<string, Awaited<ReturnType<ReturnType<EventStore['readStream']>>>>()
      return {
        readStream: (stream, options) => async () => {
          const key = JSON.stringify([stream, options])
          const now = await store.readStream(stream, options)()
          const before = seen.get(key) ?? now
          seen.set(key, now)
          return before
        },
      }
    }),
  },
  {
    fault: 'acknowledges an append before readers of its stream can see it',
    caughtBy: [
      'append: an append that is reported as stored is stored',
      'programs: concurrent operations end as in some order of them',
    ],
    make: broken((store) => {
      const late = new Set<string>()
      return {
        append: (append) => async () => {
          const outcome = await store.append(append)()
          if (E.isRight(outcome)) {
            late.add(append.stream)
            setTimeout(() => late.delete(append.stream), 0)
          }
          return outcome
        },
        readStream: slices(store.readStream, (slice) =>
          late.has(slice.stream)
            ? { ...slice, version: slice.version - 1, events: slice.events.filter((e) => e.version < slice.version) }
            : slice,
        ),
      }
    }),
  },
  {
    fault: 'returns its own event objects, which callers can change',
    caughtBy: ['append: an event that is read shares no object with the store'],
    make: broken((store) => {
      const shared = new Map<string, RecordedEvent>()
      return {
        readStream: streamPages(store, (events) =>
          events.map((event) => {
            const one = shared.get(event.id) ?? event
            shared.set(event.id, one)
            return one
          }),
        ),
      }
    }),
  },
  {
    fault: 'reports a missing stream as open',
    caughtBy: [
      'streamInfo: streamInfo distinguishes missing and open streams',
      'append: a refused append leaves no stream behind',
    ],
    make: broken((store) => ({
      streamInfo: (stream) =>
        TE.Functor.map(store.streamInfo(stream), (info) =>
          info.status === 'missing' ? { ...info, status: 'open' as const } : info,
        ),
    })),
  },
  {
    fault: 'returns found events in the order of the requested ids',
    caughtBy: ['findEvents: findEvents returns the events of any stream by position'],
    make: broken((store) => ({
      findEvents: (ids) =>
        TE.Functor.map(store.findEvents(ids), (events) =>
          [...events].sort((one, other) => ids.indexOf(one.id) - ids.indexOf(other.id)),
        ),
    })),
  },
]

export const logFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'returns version 2 of a stream before version 1',
    caughtBy: [
      'append: an append that is reported as stored is stored',
      'concurrent appends: positions have the order of versions within each stream',
    ],
    make: broken((store) => ({
      readLog: logPages(store, (events) => {
        const at = events.findIndex((event, i) => event.stream === events[i + 1]?.stream)
        const [one, two] = events.slice(at, at + 2)
        return at < 0 || !one || !two ? events : [...events.slice(0, at), two, one, ...events.slice(at + 2)]
      }),
    })),
  },
  {
    fault: 'returns the log up to the highest position while an earlier one is not yet committed',
    caughtBy: [
      'programs: concurrent operations end as in some order of them',
      'concurrent appends: a reader of the log meets concurrent appends once each',
    ],
    make: broken((store) => {
      const late = new Set<string>()
      let drawn = 0
      return {
        append: (append) => async () => {
          const outcome = await store.append(append)()
          // Every third append becomes visible a moment after those that came behind it.
          if (E.isRight(outcome) && !outcome.right.repeated && drawn++ % 3 === 0) {
            for (const { id } of append.events) late.add(id)
            await nextMacrotask()
            await nextMacrotask()
            for (const { id } of append.events) late.delete(id)
          }
          return outcome
        },
        readLog: logPages(store, (events) => events.filter(({ id }) => !late.has(id))),
      }
    }),
  },
  {
    fault: 'returns an event at the border of two pages twice',
    caughtBy: [
      'readLog: following pages of any size returns everything once',
      'readLog: readLog returns the events behind `after`',
    ],
    make: broken((store) => ({
      readLog: (options = {}) => {
        const { after = 0 } = options ?? {}
        return store.readLog(
          typeof after === 'number' && after > 1 && after < 100 ? { ...options, after: after - 1 } : options,
        )
      },
    })),
  },
  {
    fault: 'loses an event at the border of two pages',
    caughtBy: [
      'readLog: following pages of any size returns everything once',
      'order of the log: the settled log is stable',
    ],
    make: broken((store) => ({
      readLog: logSlices(store.readLog, (slice) => (slice.end ? slice : { ...slice, position: slice.position + 1 })),
    })),
  },
  {
    fault: 'reports `end` after a full page',
    caughtBy: ['readLog: a full page is not the end', 'readLog: following pages of any size returns everything once'],
    make: broken((store) => ({ readLog: logSlices(store.readLog, (slice) => ({ ...slice, end: true })) })),
  },
  {
    fault: 'does not advance over filtered events',
    caughtBy: [
      'readLog with a filter: a filtered read without a match moves on to the head',
      'readLog with a filter: a filtered read returns the events that match every part of the filter',
    ],
    make: broken((store) => ({
      readLog: (options) =>
        TE.Functor.map(store.readLog(options), (slice) =>
          options?.filter === undefined || !slice.end
            ? slice
            : { ...slice, position: slice.events.at(-1)?.position ?? options.after ?? 0 },
        ),
    })),
  },
  {
    fault: 'treats a prefix as a pattern',
    caughtBy: ['readLog with a filter: a prefix is compared letter by letter'],
    make: broken((store) => ({
      readLog: (options) => async () => {
        const { streamPrefix: prefix, ...filter } = options?.filter ?? {}
        if (typeof prefix !== 'string' || !prefix.includes('_')) return store.readLog(options)()
        const pattern = new RegExp(`^${prefix.replaceAll('_', '.')}`, 'u')
        const page = await store.readLog({ ...options, filter })()
        if (E.isLeft(page)) return page
        return E.right({ ...page.right, events: page.right.events.filter(({ stream }) => pattern.test(stream)) })
      },
    })),
  },
  {
    fault: 'requires all filter values instead of any of them',
    caughtBy: ['readLog with a filter: a filtered read returns the events that match every part of the filter'],
    make: broken((store) => ({
      readLog: (options) => {
        const types = options?.filter?.types
        return Array.isArray(types) && new Set(types).size > 1
          ? store.readLog({ ...options, filter: { ...options?.filter, types: ['no event has two'] } })
          : store.readLog(options)
      },
    })),
  },
  {
    fault: 'forgets the events of deleted streams',
    caughtBy: [
      'order of the log: the log keeps the events of deleted streams',
      'findEvents: findEvents finds the events of deleted streams',
    ],
    make: broken((store) => {
      const gone = new Set<string>()
      return {
        deleteStream: (stream, expected) =>
          TE.Functor.map(store.deleteStream(stream, expected), (info) => {
            gone.add(stream)
            return info
          }),
        readLog: logPages(store, (events) => events.filter(({ stream }) => !gone.has(stream))),
      }
    }),
  },
  {
    fault: 'shows an append in the log some time after it acknowledges it',
    caughtBy: [
      'concurrent appends: an acknowledged append is in the log for every later reader',
      'append: an append that is reported as stored is stored',
    ],
    make: broken((store) => {
      const late = new Set<string>()
      return {
        append: (append) =>
          TE.Functor.map(store.append(append), (appended) => {
            for (const { id } of append.events) late.add(id)
            setTimeout(() => late.clear(), 0)
            return appended
          }),
        readLog: logPages(store, (events) => events.filter(({ id }) => !late.has(id))),
      }
    }),
  },
  {
    fault: 'scans 10,000 positions for a filter and then reports `end`',
    caughtBy: ['order of the log: a reader of rare events gets through 110'],
    make: broken((store) => ({
      readLog: (options) =>
        TE.Functor.map(store.readLog(options), (slice) => {
          const furthest = (options?.after ?? 0) + 10_000
          if (options?.filter === undefined || slice.position <= furthest) return slice
          const events = slice.events.filter(({ position }) => position <= furthest)
          return { ...slice, events, position: furthest, end: true }
        }),
    })),
  },
  {
    fault: 'sorts the log by stream',
    caughtBy: [
      'order of the log: the settled log is stable',
      'readLog: readLog returns every event in the order of positions',
    ],
    make: broken((store) => ({
      readLog: logPages(store, (events) => [...events].sort((one, other) => (one.stream < other.stream ? -1 : 1))),
    })),
  },
]
