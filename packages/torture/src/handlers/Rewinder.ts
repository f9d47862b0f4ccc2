import { describeError } from '@foldlog/core'
import type { HandlerStatus } from '@foldlog/core/store'
import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { HandlerStop, type RecoverOptions, recoverRewound } from '@foldlog/subscriptions'
import { withConnection } from '@foldlog/test-kit'
import { either as E } from 'fp-ts'
import type postgres from 'postgres'
import type { Cluster, RewindMethod } from '../Cluster.ts'
import type { HandlerAtRewind, Rewind } from '../check/Rewind.ts'
import { pause } from '../timers.ts'

/**
 * Makes the log go back, waits until the handlers have stopped because of that, and recovers them.
 *
 * @category model
 * @since 0.1.0
 */
export interface Rewinder {
  /**
   * Makes the log go back, one rewind at a time: false when another one is in progress. `hold` waits during the time
   * whose writes are lost.
   */
  readonly run: (how: RewindMethod, hold: () => Promise<void>) => Promise<boolean>
  readonly rewinds: () => ReadonlyArray<Rewind>
  /** The failures that prevented rewinds from being completed. */
  readonly failures: () => ReadonlyArray<string>
  /** Recovers handlers that stop late, until the returned function is called. */
  readonly keepRecovering: () => () => Promise<void>
}

/**
 * The surroundings of {@link Rewinder}. `handlers` are all that run.
 *
 * @category model
 * @since 0.1.0
 */
export interface RewinderOptions {
  readonly cluster: Cluster
  readonly sql: postgres.Sql
  readonly store: PostgresStore
  readonly schema: string
  readonly handlers: RecoverOptions['handlers']
}

/**
 * Milliseconds after which a handler that has not stopped counts as one that never does. Far more than needed, for busy
 * machines.
 */
const stopTimeout = 60_000

/**
 * Names of the handlers that are stopped because the log went back.
 *
 * @category destructors
 * @since 0.1.0
 */
export const stoppedByRewind = (all: ReadonlyArray<HandlerStatus>): ReadonlySet<string> =>
  new Set(
    all
      .filter(({ stops }) => stops.some((stop) => (HandlerStop.parse(stop)?.rewound ?? null) !== null))
      .map(({ name }) => name),
  )

/** Waits for a value; undefined when there is none in time. A rejection counts as no value: the server may be down. */
const eventually = async <A>(look: () => Promise<A | undefined>): Promise<A | undefined> => {
  for (const end = performance.now() + stopTimeout; performance.now() < end; await pause(50)) {
    const found = await look().catch(() => undefined)
    if (found !== undefined) return found
  }
  return undefined
}

/**
 * Makes a {@link Rewinder}.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeRewinder = ({ cluster, sql, store, schema, handlers }: RewinderOptions): Rewinder => {
  const rewinds: Array<Rewind> = []
  const failures: Array<string> = []
  let underWay = false

  /** The positions of handlers, and the histories of the log, before the rewind. */
  const lookBefore = (url: string) =>
    withConnection(url, async (straight) => {
      const rows = await straight`select id::text from ${straight(schema)}.log_histories`
      const store = makePostgresStore({ sql: straight, schema })
      const status = await store.handlerStatuses()
      await store.stop()
      if (E.isLeft(status)) throw new Error(describeError(status.left))
      const positions = new Map<string, number>()
      for (const { name, partitions } of status.right)
        positions.set(name, Math.max(positions.get(name) ?? 0, ...partitions.map(({ position }) => position)))
      return { histories: rows.map(({ id }) => String(id)), positions }
    })

  /** The start of the next history: the last position that the log kept. The first append begins that history. */
  const commonAfter = (histories: ReadonlyArray<string>) =>
    eventually(async () => {
      const [row] = await sql`
        select begins::float8 as begins from ${sql(schema)}.log_histories where strpos(${histories.join(' ')}, id::text) = 0 order by number limit 1`
      return row === undefined ? undefined : Number(row['begins'])
    })

  const stoppedNow = async (): Promise<ReadonlySet<string>> => {
    const status = await store.handlerStatuses()
    return E.isLeft(status) ? new Set() : stoppedByRewind(status.right)
  }

  const recover = async (): Promise<void> => {
    await eventually(async () => {
      const recovered = await recoverRewound({ store, handlers })()
      if (E.isRight(recovered)) return recovered.right.handlers.length === 0 ? true : undefined
      const last = rewinds.at(-1)
      // A handler that has handled little may know no event that is in both logs; the person who restored the backup
      // knows the position.
      if (recovered.left._tag === 'InvalidInput' && last !== undefined)
        await recoverRewound({ store, handlers, common: last.common })()
      return undefined
    })
  }

  const goBack = async (how: RewindMethod, hold: () => Promise<void>): Promise<boolean> => {
    // No handler is still stopped because of an earlier rewind.
    await recover()
    const { from, goBack } = await cluster.remember(how)
    await hold()
    let before: Awaited<ReturnType<typeof lookBefore>> = { histories: [], positions: new Map() }
    const { to } = await goBack(async (url) => {
      before = await lookBefore(url)
    })
    const common = await commonAfter(before.histories)
    if (common === undefined) throw new Error('no new history has begun')
    const all: Array<HandlerAtRewind> = []
    for (const [name, position] of before.positions) {
      const stopped = position > common && (await eventually(async () => (await stoppedNow()).has(name) || undefined))
      all.push({ name, position, stopped: stopped === true })
    }
    rewinds.push({ how, from, to, common, handlers: all })
    await recover()
    return true
  }

  return {
    run: async (how, hold) => {
      if (underWay) return false
      underWay = true
      try {
        return await goBack(how, hold)
      } catch (cause) {
        failures.push(`a rewind (${how}) was not completed: ${cause}`)
        return false
      } finally {
        underWay = false
      }
    },
    rewinds: () => rewinds,
    failures: () => failures,
    keepRecovering: () => {
      let over = false
      const recovering = (async () => {
        for (; !over; await pause(200)) await recoverRewound({ store, handlers })()
      })()
      return () => {
        over = true
        return recovering
      }
    },
  }
}
