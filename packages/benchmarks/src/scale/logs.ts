import { makeDispatcher } from '@foldlog/dispatcher'
import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { taskEither as TE } from 'fp-ts'
import type { Candidate, CandidateRun } from '../Candidate.ts'
import { catchUpWithFoldlog } from '../candidates/catchUpWithFoldlog.ts'
import { Foldlog } from '../candidates/foldlog.ts'
import { closedLoop } from '../closedLoop.ts'
import { account } from '../domain/account.ts'
import { expectRight } from '../expectRight.ts'
import { makeLatencyMeter } from '../LatencyMeter.ts'
import { Workload } from '../Workload.ts'
import { withRowCheck } from '../writerTurns.ts'

/**
 * A filled log, with a number of streams `account-0`, `account-1`, ..., each of {@link streamLength} events.
 *
 * @category model
 * @since 0.1.0
 */
export interface Log {
  readonly name: string
  readonly url: string
  readonly streams: number
}

/**
 * A candidate with a client of its own, so that no workload uses the connections that other workloads have opened, see
 * `Foldlog.reopen`.
 */
const candidate = ({ name, url }: Log, enter: (foldlog: Foldlog) => Promise<CandidateRun>): Candidate => ({
  name,
  enter: async ({ connections }) => {
    const foldlog = Foldlog.connect(url, connections)
    const entrant = await enter(foldlog)
    return {
      ...entrant,
      close: async () => {
        await entrant.close()
        await foldlog.close()
      },
    }
  },
})

/**
 * The number of events in each stream of a log.
 *
 * @category constants
 * @since 0.1.0
 */
export const streamLength = 20

const nothing = async (): Promise<void> => {}

/** Counts the rows of these streams alone: to count all ten million takes longer than a turn. */
const rowsBehind = async ({ sql }: Foldlog, position: number): Promise<number> => {
  const [row] = await sql<[{ count: number }]>`
    select count(*)::float8 as count from foldlog.events where position > ${position}`
  return row.count
}

const appending =
  (inFlight: number) =>
  (log: Log): Candidate =>
    candidate(log, async (foldlog) => {
      const run = crypto.randomUUID()
      let id = 0
      const call = () =>
        expectRight(
          foldlog.store.append({
            stream: Foldlog.stream(`${run}.${id++}`),
            expected: 'noStream',
            events: [Foldlog.event(1)],
          }),
        )
      return {
        turn: async ({ milliseconds }) => {
          const head = await expectRight(foldlog.store.settledPosition)
          return withRowCheck(
            () => rowsBehind(foldlog, head),
            1,
            () => closedLoop(inFlight, milliseconds, call),
          )
        },
        close: nothing,
      }
    })

const loading = (log: Log): Candidate =>
  candidate(log, async (foldlog) => {
    const { load } = makeDispatcher({ store: foldlog.store, aggregates: [account], cache: 1 })
    return {
      turn: async ({ milliseconds }) => {
        let right = 0
        const { calls, ...driven } = await closedLoop(1, milliseconds, async () => {
          const { state } = await expectRight(load(account, String(Math.floor(Math.random() * log.streams))))
          if (state.deposits === streamLength) right++
        })
        return { ...driven, units: calls, check: { expected: calls, found: right } }
      },
      close: nothing,
    }
  })

const perSecond = 1_000

const following = (log: Log): Candidate =>
  candidate(log, async (foldlog) => {
    const run = crypto.randomUUID()
    const flow = makeLatencyMeter(perSecond, 20_000, (stream, amount) =>
      expectRight(
        foldlog.store.append({
          stream: Foldlog.stream(`${run}.${stream}`),
          expected: 'any',
          events: [Foldlog.event(amount)],
        }),
      ),
    )
    const handler = EventHandler.make({
      name: run,
      from: [account],
      start: 'now',
      handle: ({ event }) => {
        flow.handled(event.data.amount)
        return TE.right(undefined)
      },
    })
    const runtime = makeHandlerRuntime({ store: foldlog.store, handlers: [handler] })
    await expectRight(runtime.start)
    return { turn: flow.turn, close: runtime.stop }
  })

/** The number of last events: the same work for a long log and a short one. */
const catchingUp =
  (events: number) =>
  (log: Log): Candidate =>
    candidate(log, async (foldlog) => ({
      turn: async ({ milliseconds }) => {
        const head = await expectRight(foldlog.store.settledPosition)
        const start = { after: Math.max(0, head - events) }
        return catchUpWithFoldlog(foldlog, crypto.randomUUID(), start, Math.min(head, events), milliseconds)
      },
      close: nothing,
    }))

/**
 * A figure of a log beside a small one, with alternating turns, so that a change of the machine affects both. `ratio`
 * is the required ratio of the long log.
 *
 * @category workloads
 * @since 0.1.0
 */
export const onLogs = (long: Log, small: Log, events: number): ReadonlyArray<Workload> => {
  const within = (share: number) => [{ against: small.name, ratio: Math.floor(100 / share) / 100 }]
  const of = (contestant: (log: Log) => Candidate) => ({
    foldlog: contestant(long),
    others: [contestant(small)],
  })
  const rate = { unit: 'events/s', measure: Workload.rate } as const
  const time = { unit: 'ms', measure: Workload.latency } as const
  return [
    { name: 'append-rate', what: 'single appends, 64 in flight', ...rate, goals: within(1.1), ...of(appending(64)) },
    { name: 'append-latency', what: 'single appends, one at a time', ...time, goals: within(1.1), ...of(appending(1)) },
    { name: 'load', what: `load a stream of ${streamLength} events`, ...time, goals: within(1.1), ...of(loading) },
    { name: 'tail-latency', what: 'from append to handler', ...time, goals: within(1.1), ...of(following) },
    {
      name: 'catch-up',
      what: 'a handler that does nothing, over the last events',
      ...rate,
      goals: within(1.2),
      weight: 3,
      ...of(catchingUp(events)),
    },
  ]
}
