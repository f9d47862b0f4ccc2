import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import type { Candidate } from '../Candidate.ts'
import { BareTable } from '../candidates/bareTable.ts'
import { catchUpWithFoldlog } from '../candidates/catchUpWithFoldlog.ts'
import { Emmett, type EmmettEvent } from '../candidates/emmett.ts'
import { fillStore, type StoreContent } from '../candidates/fillStore.ts'
import { Foldlog } from '../candidates/foldlog.ts'
import type { Sample } from '../Sample.ts'
import { makeThroughputMeter } from '../ThroughputMeter.ts'
import { Workload } from '../Workload.ts'

/** 200,000 events of 5,000 streams. */
const contentIn = ({ size }: BenchmarkEnvironment): StoreContent => ({ streams: Math.max(2, size(5_000)), events: 40 })

const foldlog: Candidate = {
  name: 'foldlog',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await Foldlog.open(arena)
    await fillStore.foldlog(entrant, content)
    return {
      turn: ({ number, milliseconds }) =>
        catchUpWithFoldlog(entrant, `nothing-${number}`, 'origin', content.streams * content.events, milliseconds),
      close: entrant.close,
    }
  },
}

/** The options of Emmett's consumer. */
interface Pulling {
  readonly batchSize?: number
  readonly pullingFrequencyInMs?: number
}

const catchUpWithEmmett = (entrant: Emmett, content: StoreContent, pulling: Pulling) => {
  let number = 0
  return (milliseconds: number): Promise<Sample> => {
    const counter = makeThroughputMeter(content.streams * content.events)
    const consumer = entrant.store.consumer<EmmettEvent>({ pulling })
    consumer.reactor<EmmettEvent>({
      processorId: `nothing-${pulling.batchSize}-${number++}`,
      eachMessage: ({ metadata }) => counter.handled(Number(metadata.globalPosition)),
    })
    // It ends when it is stopped.
    const start = () => void consumer.start().catch(() => {})
    return counter.measure(milliseconds, start, () => consumer.stop())
  }
}

const emmett: Candidate = {
  name: 'emmett',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await Emmett.shared(arena, (emmett) => fillStore.emmett(emmett, content))
    const turn = catchUpWithEmmett(entrant, content, {})
    return { turn: ({ milliseconds }) => turn(milliseconds), close: entrant.close, note: 'its defaults' }
  },
}

const pullingChoices: ReadonlyArray<number> = [100, 500, 1_000, 5_000]

const emmettAtItsBest: Candidate = {
  name: 'emmett-best',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await Emmett.shared(arena, (emmett) => fillStore.emmett(emmett, content))
    const tried: Array<{ readonly batchSize: number; readonly rate: number }> = []
    for (const batchSize of pullingChoices) {
      const turn = catchUpWithEmmett(entrant, content, { batchSize, pullingFrequencyInMs: 0 })
      const { units, milliseconds } = await turn(arena.turn)
      tried.push({ batchSize, rate: units / milliseconds })
    }
    const [{ batchSize } = { batchSize: 100 }] = tried.toSorted((a, b) => b.rate - a.rate)
    const turn = catchUpWithEmmett(entrant, content, { batchSize, pullingFrequencyInMs: 0 })
    const note = `batches of ${batchSize}, the best of ${pullingChoices.join(', ')}, without pauses`
    return { turn: ({ milliseconds }) => turn(milliseconds), close: async () => {}, note }
  },
}

/** As many events as foldlog reads at once. */
const pageSize = 1_000

const select: Candidate = {
  name: 'select',
  enter: async (arena) => {
    const content = contentIn(arena)
    const table = await BareTable.open(arena)
    await fillStore.bareTable(table, content)
    const readPages = async (handled: (position: number) => void, going: () => boolean): Promise<void> => {
      for (let after = 0; going(); ) {
        const page = await table.sql<ReadonlyArray<{ readonly position: number }>>`
          select position::float8 as position, stream, version, type, data from events
          where position > ${after} order by position limit ${pageSize}`
        for (const { position } of page) handled(position)
        const last = page.at(-1)
        if (last === undefined) return
        after = last.position
      }
    }
    return {
      turn: ({ milliseconds }) => {
        const counter = makeThroughputMeter(content.streams * content.events)
        let going = true
        let reading: Promise<void> | undefined
        const start = () => {
          reading = readPages(counter.handled, () => going)
        }
        return counter.measure(milliseconds, start, () => {
          going = false
          return reading ?? Promise.resolve()
        })
      },
      close: table.close,
      note: `pages of ${pageSize}`,
    }
  },
}

/**
 * A handler without work, over many stored events.
 *
 * @category workloads
 * @since 0.1.0
 */
export const catchUp: Workload = {
  name: 'catch-up',
  what: 'a handler that does nothing catches up with 200,000 events',
  unit: 'events/s',
  measure: Workload.rate,
  goals: [
    { against: 'emmett', ratio: 20 },
    { against: 'emmett-best', ratio: 3 },
    { against: 'select', ratio: 0.5 },
  ],
  weight: 3,
  foldlog,
  others: [emmett, emmettAtItsBest, select],
}
