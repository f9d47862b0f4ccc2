import { pongoSingleStreamProjection } from '@event-driven-io/emmett-postgresql'
import { makeHandlerRuntime, Projection } from '@foldlog/subscriptions'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import type { Candidate } from '../Candidate.ts'
import { Emmett, type EmmettEvent } from '../candidates/emmett.ts'
import { fillStore, type StoreContent } from '../candidates/fillStore.ts'
import { Foldlog } from '../candidates/foldlog.ts'
import { Account, account, afterDeposit, initialState } from '../domain/account.ts'
import { eventType } from '../domain/payload.ts'
import { expectRight } from '../expectRight.ts'
import type { Sample } from '../Sample.ts'
import { Workload } from '../Workload.ts'

/** 200,000 events of 5,000 streams, each of which has a document. */
const contentIn = ({ size }: BenchmarkEnvironment): StoreContent => ({ streams: Math.max(2, size(5_000)), events: 40 })

const pause = 20

/** The actual and the expected content of documents: a deposit for each handled event. */
interface Projected {
  readonly deposits: number
  readonly handled: number
}

/**
 * Runs a projection until it has handled everything or the time is over, but at least one event. Deposits in documents
 * count.
 */
const projecting = async (
  { streams, events }: StoreContent,
  milliseconds: number,
  seen: () => number,
  start: () => unknown,
  stop: () => Promise<unknown>,
  read: () => Promise<Projected>,
): Promise<Sample> => {
  const begun = performance.now()
  await start()
  while (seen() < streams * events && (seen() === 0 || performance.now() - begun < milliseconds))
    await new Promise((resolve) => setTimeout(resolve, pause))
  await stop()
  const elapsed = performance.now() - begun
  const { deposits, handled } = await read()
  return { units: deposits, milliseconds: elapsed, latencies: [], check: { expected: handled, found: deposits } }
}

const foldlog: Candidate = {
  name: 'foldlog',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await Foldlog.open(arena)
    await fillStore.foldlog(entrant, content)
    return {
      turn: ({ number, milliseconds }) => {
        let seen = 0
        const name = `accounts-${number}`
        const projection = Projection.make({
          name,
          from: [account],
          view: Account,
          key: ({ stream }) => stream,
          project: (view, { event }) => {
            seen++
            return afterDeposit(view ?? initialState, event.data.amount)
          },
        })
        const runtime = makeHandlerRuntime({ store: entrant.store, handlers: [projection] })
        // Positions have no gaps here, so the checkpoint is the number of handled events.
        const read = async (): Promise<Projected> => {
          const [row] = await entrant.sql<[Projected]>`
            select coalesce(sum((d.data ->> 'deposits')::int), 0)::float8 as deposits, max(p.position)::float8 as handled
            from foldlog.handlers h
            join foldlog.handler_generations g on g.handler = h.id
            join foldlog.handler_partitions p on p.generation = g.id
            left join foldlog.handler_documents d on d.generation = g.id and d.kind = 'view'
            where h.name = ${name}`
          return row
        }
        const start = () => expectRight(runtime.start)
        return projecting(content, milliseconds, () => seen, start, runtime.stop, read)
      },
      close: entrant.close,
    }
  },
}

const projectingWithEmmett = (
  entrant: Emmett,
  content: StoreContent,
  prefix: string,
  batchSize: number | undefined,
) => {
  let number = 0
  return (milliseconds: number): Promise<Sample> => {
    let seen = 0
    const collectionName = `${prefix}${number++}`
    const projection = pongoSingleStreamProjection<Account, EmmettEvent>({
      collectionName,
      canHandle: [eventType],
      initialState: () => initialState,
      evolve: (document: Account, { data }: EmmettEvent) => {
        seen++
        return afterDeposit(document, data.amount)
      },
    })
    const consumer = entrant.store.consumer<EmmettEvent>({
      pulling: batchSize === undefined ? {} : { batchSize, pullingFrequencyInMs: 0 },
    })
    consumer.projector<EmmettEvent>({ projection, processorId: collectionName })
    const read = async (): Promise<Projected> => {
      const { sql } = entrant
      // Its checkpoint is not a number of events: positions of concurrent appends are read in another order, and some
      // are never used.
      const [row] = await sql<[Projected]>`
        select coalesce(sum((data ->> 'deposits')::int), 0)::float8 as deposits, ${seen}::float8 as handled
        from ${sql(collectionName)}`
      return row
    }
    const start = () => void consumer.start().catch(() => {})
    return projecting(
      content,
      milliseconds,
      () => seen,
      start,
      () => consumer.stop(),
      read,
    )
  }
}

const emmett: Candidate = {
  name: 'emmett',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await Emmett.shared(arena, (emmett) => fillStore.emmett(emmett, content))
    const turn = projectingWithEmmett(entrant, content, 'accounts', undefined)
    return { turn: ({ milliseconds }) => turn(milliseconds), close: entrant.close, note: 'its defaults' }
  },
}

const pullingChoices: ReadonlyArray<number> = [100, 500, 1_000]

const emmettAtItsBest: Candidate = {
  name: 'emmett-best',
  enter: async (arena) => {
    const content = contentIn(arena)
    const entrant = await Emmett.shared(arena, (emmett) => fillStore.emmett(emmett, content))
    const tried: Array<{ readonly batchSize: number; readonly rate: number }> = []
    for (const batchSize of pullingChoices) {
      const turn = projectingWithEmmett(entrant, content, `tried${batchSize}x`, batchSize)
      const { units, milliseconds } = await turn(arena.turn)
      tried.push({ batchSize, rate: units / milliseconds })
    }
    const [{ batchSize } = { batchSize: 100 }] = tried.toSorted((a, b) => b.rate - a.rate)
    const turn = projectingWithEmmett(entrant, content, 'best', batchSize)
    const note = `batches of ${batchSize}, the best of ${pullingChoices.join(', ')}, without pauses`
    return { turn: ({ milliseconds }) => turn(milliseconds), close: async () => {}, note }
  },
}

/**
 * A view of many stored events.
 *
 * @category workloads
 * @since 0.1.0
 */
export const projection: Workload = {
  name: 'projection',
  what: 'a projection of 200,000 events to 5,000 documents',
  unit: 'events/s',
  measure: Workload.rate,
  goals: [
    { against: 'emmett', ratio: 5 },
    { against: 'emmett-best', ratio: 5 },
  ],
  weight: 3,
  foldlog,
  others: [emmett, emmettAtItsBest],
}
