import { makePostgresStore } from '@foldlog/postgres-store'
import { EventHandler, makeHandlerRuntime } from '@foldlog/subscriptions'
import { taskEither as TE } from 'fp-ts'
import postgres from 'postgres'
import type { Candidate } from '../Candidate.ts'
import { Foldlog } from '../candidates/foldlog.ts'
import { account } from '../domain/account.ts'
import { expectRight } from '../expectRight.ts'
import { openLoop } from '../openLoop.ts'
import { type Goal, Workload } from '../Workload.ts'

const perSecond = 1_000

const sleep = (milliseconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, milliseconds))

/** A number of handlers that have caught up, on a client that counts its statements. Another client appends. */
const handling = (name: string, handlers: number, busy: boolean): Candidate => ({
  name,
  enter: async (arena) => {
    const writer = await Foldlog.open(arena, name)
    let statements = 0
    const sql = postgres(writer.url, {
      max: arena.connections,
      fetch_types: false,
      onnotice: () => {},
      debug: () => {
        statements++
      },
    })
    const store = makePostgresStore({ sql })
    let handled = 0
    const runtime = makeHandlerRuntime({
      store,
      handlers: Array.from({ length: handlers }, (_, i) =>
        EventHandler.make({
          name: `nothing-${i}`,
          from: [account],
          start: 'origin',
          handle: () => {
            handled++
            return TE.right(undefined)
          },
        }),
      ),
    })
    await expectRight(runtime.start)
    let id = 0
    const append = () =>
      expectRight(
        writer.store.append({ stream: Foldlog.stream(String(id++)), expected: 'any', events: [Foldlog.event(1)] }),
      )
    return {
      turn: async ({ milliseconds }) => {
        const [statementsBefore, handledBefore] = [statements, handled]
        const begun = performance.now()
        const appended = busy
          ? await openLoop(perSecond, milliseconds, append)
          : await sleep(milliseconds).then(() => 0)
        const sample = {
          units: statements - statementsBefore,
          milliseconds: performance.now() - begun,
          latencies: [],
        }
        const expected = appended * handlers
        const patience = performance.now() + 20_000
        while (handled - handledBefore < expected && performance.now() < patience) await sleep(5)
        return { ...sample, check: { expected, found: handled - handledBefore } }
      },
      close: async () => {
        await runtime.stop()
        await store.stop()
        await sql.end({ timeout: 5 })
        await writer.close()
      },
      note: `${handlers} handler${handlers === 1 ? '' : 's'}`,
    }
  },
})

/** The goal: about as many statements for many handlers as for one, at least two thirds of a ratio of 1. */
const goals: ReadonlyArray<Goal> = [{ against: 'handlers-1', ratio: 0.67 }]

const workload = (kind: 'idle' | 'busy'): Workload => ({
  name: `handlers-${kind}`,
  what: `statements of 12 handlers that have caught up, against 1 and 4, ${kind === 'idle' ? 'when nothing happens' : `while ${perSecond} events a second flow`}`,
  unit: 'statements/s',
  measure: Workload.cost,
  goals,
  weight: 3,
  foldlog: handling('foldlog', 12, kind === 'busy'),
  others: [handling('handlers-1', 1, kind === 'busy'), handling('handlers-4', 4, kind === 'busy')],
})

/**
 * The number of statements of handlers.
 *
 * @category workloads
 * @since 0.1.0
 */
export const handlers: ReadonlyArray<Workload> = [workload('idle'), workload('busy')]
