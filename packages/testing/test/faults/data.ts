import type { Json, JsonRecord, NewEvent } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { taskEither as TE } from 'fp-ts'
import { streamNamed } from '../../src/laws/fixtures.ts'
import { broken, logPages, nextMacrotask, type StoreFault } from './StoreFault.ts'

const isRecord = (data: Json): data is { readonly [key: string]: Json } =>
  typeof data === 'object' && data !== null && !Array.isArray(data)

/** Changes every event of an append before it is stored. */
const storing = (change: (event: NewEvent) => NewEvent): StoreFault['make'] =>
  broken((store) => ({
    append: (append) =>
      store.append(Array.isArray(append?.events) ? { ...append, events: append.events.map(change) } : append),
  }))

const textsOf = (data: Json, change: (text: string) => string): Json =>
  typeof data === 'string' ? change(data) : Array.isArray(data) ? data.map((one) => textsOf(one, change)) : data

export const dataFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'spreads metadata into data',
    caughtBy: ['fidelity: an event has its metadata beside its data', 'fidelity: an event comes back unchanged'],
    make: storing((event) =>
      isRecord(event?.data) && typeof event.metadata === 'object'
        ? // A fault: what the metadata leaves out is no JSON either.
          { ...event, data: { ...event.data, ...(event.metadata as JsonRecord) } }
        : event,
    ),
  },
  {
    fault: 'normalizes texts',
    caughtBy: ['fidelity: an event comes back with every control character but NUL'],
    make: storing((event) =>
      typeof event === 'object' && event !== null
        ? { ...event, data: textsOf(event.data, (text) => text.normalize()) }
        : event,
    ),
  },
  {
    fault: 'stores numbers with 32 bits',
    caughtBy: ['fidelity: an event comes back with every kind of number'],
    make: storing((event) =>
      typeof event?.data === 'number' && Number.isFinite(event.data)
        ? { ...event, data: Math.fround(event.data) }
        : event,
    ),
  },
  {
    fault: 'loses the causation id',
    caughtBy: ['fidelity: an event has its metadata beside its data'],
    make: storing((event) => {
      if (typeof event?.metadata !== 'object' || event.metadata === null) return event
      const { causationId, ...metadata } = event.metadata
      return causationId === 'causation' ? { ...event, metadata } : event
    }),
  },
  {
    fault: 'loses the type of the command when the user has a record',
    caughtBy: ['fidelity: an event has the type of its command, with any record of the user'],
    make: storing((event) => {
      if (typeof event?.metadata !== 'object' || event.metadata === null) return event
      const { commandType, ...metadata } = event.metadata
      return commandType === 'Book' && metadata.user !== undefined ? { ...event, metadata } : event
    }),
  },
  {
    fault: 'silently stores the JSON form of data that is not JSON',
    caughtBy: ['data that is not JSON: an append refuses a value without a JSON form within data'],
    make: storing((event) => {
      try {
        return { ...event, data: JSON.parse(JSON.stringify(event.data)) }
      } catch {
        return event
      }
    }),
  },
  {
    fault: 'keeps its input by reference until it writes it',
    caughtBy: ['append: append keeps the values that it had when it was called'],
    make: broken((store) => ({
      append: (append) => async () => {
        await nextMacrotask()
        return store.append(append)()
      },
    })),
  },
  {
    fault: 'folds the case of stream names',
    caughtBy: ['stream names: any of these names is a stream of its own'],
    make: broken((store) => ({
      append: (append) =>
        typeof append?.stream === 'string'
          ? store.append({ ...append, stream: streamNamed(append.stream.toLowerCase()) })
          : store.append(append),
      readStream: (stream, options) =>
        store.readStream(typeof stream === 'string' ? streamNamed(stream.toLowerCase()) : stream, options),
    })),
  },
  {
    fault: 'counts the characters of numbers as they were written, not the digits that it stores',
    caughtBy: ['large events: an event whose numbers have too many digits is refused'],
    make: storing((event) =>
      JSON.stringify(event.data).length < Limits.eventSize ? { ...event, data: null, metadata: {} } : event,
    ),
  },
  {
    fault: 'takes a page that it had to end early for the end of the log',
    caughtBy: ['large events: events that are large together come back in every kind of read'],
    make: broken((store) => ({ readLog: logPages(store, (events) => events.slice(0, 15)) })),
  },
  {
    fault: 'finds no more events than one answer holds',
    caughtBy: ['large events: events that are large together come back in every kind of read'],
    make: broken((store) => ({
      findEvents: (ids) => TE.Functor.map(store.findEvents(ids), (events) => events.slice(0, 15)),
    })),
  },
]
