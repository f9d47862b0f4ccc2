import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { taskEither as TE } from 'fp-ts'
import type { Candidate } from '../Candidate.ts'
import { Emmett, type EmmettEvent } from '../candidates/emmett.ts'
import { Foldlog } from '../candidates/foldlog.ts'
import { account } from '../domain/account.ts'
import { expectRight } from '../expectRight.ts'
import { makeLatencyMeter } from '../LatencyMeter.ts'
import { Workload } from '../Workload.ts'

const perSecond = 1_000

/**
 * Handles the events of `writer`, on a store of its own when `apart`: as in another process, which learns of appends
 * from the server.
 */
const foldlog = (name: string, apart: boolean): Candidate => ({
  name,
  enter: async (arena) => {
    const writer = await Foldlog.open(arena, name)
    const reader = apart ? Foldlog.connect(writer.url, arena.connections) : writer
    const flow = makeLatencyMeter(perSecond, 20_000, (stream, amount) =>
      expectRight(
        writer.store.append({ stream: Foldlog.stream(stream), expected: 'any', events: [Foldlog.event(amount)] }),
      ),
    )
    const handler = EventHandler.make({
      name: 'latency',
      from: [account],
      start: 'origin',
      handle: ({ event }) => {
        flow.handled(event.data.amount)
        return TE.right(undefined)
      },
    })
    const runtime = makeHandlerRuntime({ store: reader.store, handlers: [handler] })
    await expectRight(runtime.start)
    return {
      turn: flow.turn,
      close: async () => {
        await runtime.stop()
        if (apart) await reader.close()
        await writer.close()
      },
    }
  },
})

const emmett: Candidate = {
  name: 'emmett',
  enter: async (arena) => {
    const entrant = await Emmett.open(arena)
    // It skips some events, so the wait for those is short.
    const flow = makeLatencyMeter(perSecond, 3_000, (stream, amount) =>
      entrant.store.appendToStream(`account-${stream}`, [Emmett.event(amount)]),
    )
    const consumer = entrant.store.consumer<EmmettEvent>({ pulling: { batchSize: 1_000, pullingFrequencyInMs: 1 } })
    consumer.reactor<EmmettEvent>({ processorId: 'latency', eachMessage: ({ data }) => flow.handled(data.amount) })
    // It ends when it is stopped.
    void consumer.start().catch(() => {})
    return {
      turn: flow.turn,
      close: async () => {
        await consumer.stop()
        await entrant.close()
      },
      note: 'batches of 1,000, polls again after 1 ms',
    }
  },
}

/**
 * The time from the call of an append until a handler receives the event.
 *
 * @category workloads
 * @since 0.1.0
 */
export const latency: Workload = {
  name: 'latency',
  what: `from append to handler, while ${perSecond} events a second flow`,
  unit: 'ms',
  measure: Workload.latency,
  goals: [],
  latencyLimits: { p50: 10, p99: 50 },
  foldlog: foldlog('foldlog', false),
  others: [foldlog('foldlog-apart', true), emmett],
}
