import type { Json, NewEvent } from '@foldlog/core'
import { streamNamed } from '../../src/laws/store/fixtures.ts'
import { broken, nextMacrotask, type StoreFault } from './StoreFault.ts'

const isRecord = (data: Json): data is { readonly [key: string]: Json } =>
  typeof data === 'object' && data !== null && !Array.isArray(data)

/** Changes what every event of an append is before it is stored. */
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
    caughtBy: [
      'what was appended: has its metadata beside its data',
      'what was appended: comes back the same: ids, types',
    ],
    make: storing((event) =>
      isRecord(event?.data) && typeof event.metadata === 'object'
        ? { ...event, data: { ...event.data, ...event.metadata } }
        : event,
    ),
  },
  {
    fault: 'brings texts into a normal form',
    caughtBy: ['what was appended: comes back the same with every control character'],
    make: storing((event) =>
      typeof event === 'object' && event !== null
        ? { ...event, data: textsOf(event.data, (text) => text.normalize()) }
        : event,
    ),
  },
  {
    fault: 'keeps numbers with 32 bits',
    caughtBy: ['what was appended: comes back the same with every kind of number'],
    make: storing((event) =>
      typeof event?.data === 'number' && Number.isFinite(event.data)
        ? { ...event, data: Math.fround(event.data) }
        : event,
    ),
  },
  {
    fault: 'loses the causation id',
    caughtBy: ['what was appended: has its metadata beside its data'],
    make: storing((event) => {
      if (typeof event?.metadata !== 'object' || event.metadata === null) return event
      const { causationId, ...metadata } = event.metadata
      return causationId === 'causation' ? { ...event, metadata } : event
    }),
  },
  {
    fault: 'stores what JSON makes of data, silently',
    caughtBy: ['data without a JSON form: is refused within data'],
    make: storing((event) => {
      try {
        return { ...event, data: JSON.parse(JSON.stringify(event.data)) }
      } catch {
        return event
      }
    }),
  },
  {
    fault: 'keeps what it was given by reference until it is written',
    caughtBy: ['append: keeps what was given when it was called'],
    make: broken((store) => ({
      append: (append) => async () => {
        await nextMacrotask()
        return store.append(append)()
      },
    })),
  },
  {
    fault: 'folds the case of stream names',
    caughtBy: ['a stream name: may be any of these'],
    make: broken((store) => ({
      append: (append) =>
        typeof append?.stream === 'string'
          ? store.append({ ...append, stream: streamNamed(append.stream.toLowerCase()) })
          : store.append(append),
      readStream: (stream, options) =>
        store.readStream(typeof stream === 'string' ? streamNamed(stream.toLowerCase()) : stream, options),
    })),
  },
]
