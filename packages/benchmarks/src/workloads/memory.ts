import type { Candidate } from '../Candidate.ts'
import { fillStore } from '../candidates/fillStore.ts'
import { Foldlog } from '../candidates/foldlog.ts'
import { startChild } from '../processes/child.ts'
import type { MemoryLoad, MemoryRequest, MemoryUse } from '../processes/memoryProcess.ts'
import type { Workload } from '../Workload.ts'

const describe = (burden: MemoryLoad): string => {
  const count = burden.count.toLocaleString('en-US')
  switch (burden.of) {
    case 'catching up':
      return `${count} events`
    case 'cached states':
      return `${count} aggregates, ${burden.cache.toLocaleString('en-US')} cached`
    case 'waiting appends':
      return `${count} calls`
  }
}

/** Measured in a process of its own, without other objects. */
const using = (name: string, burdenFor: (size: (full: number) => number) => MemoryLoad): Candidate => ({
  name,
  enter: async (arena) => {
    const burden = burdenFor(arena.size)
    return {
      turn: async () => {
        const foldlog = await Foldlog.open(arena, name)
        if (burden.of === 'catching up') await fillStore.foldlog(foldlog, { streams: burden.count / events, events })
        const { request: ask, close } = startChild<MemoryRequest, MemoryUse>('memoryProcess', {
          execArgv: ['--expose-gc'],
        })
        const begun = performance.now()
        const { url } = foldlog
        const use = await ask({ url, connections: arena.connections, load: burden }).finally(close)
        const milliseconds = performance.now() - begun
        await foldlog.close()
        const check = { expected: burden.count, found: use.done + use.refused }
        return { units: use.megabytes, milliseconds, latencies: [], check }
      },
      close: async () => {},
      note: describe(burden),
    }
  },
})

const events = 100

/** Whole streams. */
const round = (count: number): number => Math.max(1, Math.round(count / events)) * events

const catchingUp = (name: string, count: number): Candidate =>
  using(name, (size) => ({ of: 'catching up', count: round(size(count)) }))

const caching = (name: string, count: number, cache: number): Candidate =>
  using(name, (size) => ({ of: 'cached states', count: size(count), cache: size(cache) }))

/** The default maximum number of waiting appends. */
const cap = 10_000

const queueing = (name: string, count: number): Candidate =>
  using(name, (size) => ({ of: 'waiting appends', count: size(count), cap: size(cap) }))

const basics = {
  unit: 'MB',
  measure: { of: ({ units }: { readonly units: number }) => units, better: 'lower' },
  once: true,
} as const

/**
 * The used memory, and the check that it does not grow with the work.
 *
 * @category workloads
 * @since 0.1.0
 */
export const memory: ReadonlyArray<Workload> = [
  {
    ...basics,
    name: 'memory-catch-up',
    what: 'live objects while a handler catches up with 1,000,000 events, against 100,000',
    goals: [],
    foldlog: catchingUp('foldlog', 1_000_000),
    others: [catchingUp('a-tenth', 100_000)],
  },
  {
    ...basics,
    name: 'memory-cache',
    what: 'live objects with 100,000 aggregates in the cache, against a cache of 10,000 after as many commands',
    goals: [],
    foldlog: caching('foldlog', 100_000, 100_000),
    others: [caching('small-cache', 100_000, 10_000)],
  },
  {
    ...basics,
    name: 'memory-queue',
    what: 'live objects with 20,000 appends called at once, against 10,000, which is how many may wait',
    goals: [],
    foldlog: queueing('foldlog', 20_000),
    others: [queueing('at-its-cap', cap)],
  },
]
