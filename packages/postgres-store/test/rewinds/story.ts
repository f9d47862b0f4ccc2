import { migrate } from '@foldlog/postgres-store'
import { type RewindKind, until, withConnection } from '@foldlog/test-kit'
import { either as E } from 'fp-ts'
import { type Application, startApplication } from './Application.ts'
import { evolve } from './account.ts'

const range = (from: number, to: number): ReadonlyArray<number> => Array.from({ length: to - from }, (_, i) => from + i)

/** More than the 32 numbers that a sequence writes ahead into the WAL: so positions are given again behind a crash, too. */
const numbers = { before: range(0, 40), lost: range(1_000, 1_080), after: range(2_000, 2_080) }

/** Milliseconds. What is passed over never comes. */
const patience = 5_000

const has = (all: ReadonlyArray<number>, wanted: ReadonlyArray<number>): boolean => {
  const seen = new Set(all)
  return wanted.every((n) => seen.has(n))
}

const missing = (all: ReadonlyArray<number>, wanted: ReadonlyArray<number>): ReadonlyArray<number> => {
  const seen = new Set(all)
  return wanted.filter((n) => !seen.has(n))
}

/** The log as it is, folded by a program that keeps nothing. */
const truth = async (url: string) => {
  const rows = await withConnection(
    url,
    (sql) => sql`
      select e.position::int, s.name as stream, e.type, e.data
      from foldlog.events e join foldlog.streams s on s.id = e.stream order by e.position`,
  )
  const balances: Record<string, number> = {}
  const things: Array<number> = []
  for (const { stream, type, data } of rows) {
    // fetch_types is off, so jsonb comes as a text or a value.
    const value: unknown = typeof data === 'string' ? JSON.parse(data) : data
    const facts: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {}
    if (String(stream).startsWith('account-')) {
      const amount = Number(facts['amount'])
      const event =
        type === 'Deposited'
          ? ({ type, data: { amount } } as const)
          : ({ type: 'Withdrawn', data: { amount } } as const)
      balances[String(stream)] = evolve(balances[String(stream)] ?? 0, event)
    } else things.push(Number(facts['n']))
  }
  return { balances, things }
}

/** What one part of an application made of a log that went back. */
export interface Observation {
  /** New events that it never got, in the order of the log. */
  readonly missed: ReadonlyArray<number>
  /** Whether new events came in another order than that of the log. */
  readonly disordered: boolean
}

/** `lanes`: how many orders there are side by side. A handler promises that of each stream. */
const observe = (seen: ReadonlyArray<number>, wanted: ReadonlyArray<number>, lanes: 1 | 4): Observation => {
  const fresh = seen.filter((n) => wanted.includes(n))
  const isDisordered = (lane: ReadonlyArray<number>): boolean => lane.some((n, i) => n < (lane[i - 1] ?? n))
  return {
    missed: missing(seen, wanted),
    disordered: range(0, lanes).some((lane) => isDisordered(fresh.filter((n) => n % lanes === lane))),
  }
}

export type Story = Awaited<ReturnType<typeof tell>>

/**
 * A process works on a log; the log goes back behind its back; another process writes other events; the first one goes on. Answers what each part of it made of
 * that, after it had the time to do everything that it will do.
 */
export const tell = async (kind: RewindKind, newHistory: 'longer' | 'shorter' = 'longer') => {
  const after = newHistory === 'longer' ? numbers.after : numbers.after.slice(0, 20)
  const rewind = await kind.open()
  const applications: Array<Application> = []
  const start = async (role: 'everything' | 'commands only'): Promise<Application> => {
    const one = await startApplication(rewind.url, role)
    applications.push(one)
    return one
  }
  try {
    await withConnection(rewind.url, async (sql) => {
      const migrated = await migrate({ sql })()
      if (E.isLeft(migrated)) throw new Error(JSON.stringify(migrated.left))
    })
    const first = await start('everything')
    const { seen } = first
    const caughtUp = (wanted: ReadonlyArray<number>) =>
      until('everybody to catch up', () => Object.values(seen).every((one) => has(one, wanted)))

    await first.dispatch('Deposit', 'a', 3)
    await first.dispatch('Deposit', 'b', 3)
    const lastBefore = await first.happen(numbers.before)
    await caughtUp(numbers.before)
    await until('checkpoints', async () =>
      E.isRight(await first.runtime.waitFor(['busy', 'idle', 'order'], lastBefore)()),
    )
    await rewind.remember()
    // The server may have been restarted.
    await until('the application to be connected', async () => E.isRight(await first.store.head()))

    // What will be lost. The busy handler has all of it in hand, and commits nothing of it before the log has gone back.
    first.gate.shut()
    const lastLost = await first.happenTogether(numbers.lost)
    await first.dispatch('Deposit', 'a', 50)
    await first.dispatch('Deposit', 'b', 50)
    await first.dispatch('Deposit', 'c', 50)
    await until('the handler to be held', () => first.held() > 0)
    await until('the others to catch up', () =>
      [seen.idle, seen.pulled, seen.subscribed].every((one) => has(one, numbers.lost)),
    )
    await until('checkpoints', async () => E.isRight(await first.runtime.waitFor(['idle', 'order'], lastLost)()))

    await rewind.goBack()
    await until('the server', async () => E.isRight(await first.store.head()))
    // A process that was started after it went back knows nothing of what was before.
    const second = await start('commands only')
    let failedAppends = ''
    const lastAfter = await second.happen(after).catch((cause: unknown) => {
      failedAppends = String(cause)
      return 0
    })
    // Where the positions are given again, at the same ones as the deposits that are lost.
    const firstDeposits = [await second.dispatch('Deposit', 'a', 1), await second.dispatch('Deposit', 'c', 1)]
    first.gate.open()

    const withdrawal = await first.dispatch('Withdraw', 'a', 50)
    // Behind this one a snapshot is due.
    await first.dispatch('Deposit', 'a', 1)
    const deposits = [await first.dispatch('Deposit', 'b', 1), await first.dispatch('Deposit', 'b', 1)]
    const waited = await first.runtime.waitFor(['busy', 'idle', 'order'], lastAfter, 5_000)()
    const stopped = async () => (await first.status()).handlers.filter(({ state }) => state === 'stopped')
    // An event behind all others shows that each has done what it will do, or has stopped.
    const end = 9_999
    await until('the end', async () => E.isRight(await second.store.head()))
    await second.happen([end]).catch(() => 0)
    await until(
      'everybody to reach the end',
      async () => {
        const status = await stopped()
        return (['busy', 'idle', 'pulled', 'subscribed'] as const).every(
          (name) => seen[name].includes(end) || status.some((one) => one.name === name) || first.failures.length > 0,
        )
      },
      patience,
    ).catch(() => {})
    const views = Object.values(await second.order())
    const { balances, things } = await truth(rewind.url)
    const third = await start('commands only')
    const reread: Record<string, number> = {}
    for (const stream of Object.keys(balances)) reread[stream] = await third.balance(stream.slice('account-'.length))
    const inlineViews = await third.views()
    const status = await first.status()
    const fresh = things.filter((n) => after.includes(n))
    return {
      survivors: things.filter((n) => numbers.lost.includes(n)).length,
      firstDeposits,
      failedAppends,
      stored: fresh.length,
      busy: observe(seen.busy, fresh, 4),
      idle: observe(seen.idle, fresh, 4),
      order: observe(views.flat(), fresh, 4),
      pulled: observe(seen.pulled, fresh, 1),
      subscribed: observe(seen.subscribed, fresh, 1),
      withdrawal,
      deposits,
      waited,
      // What a new process makes of snapshots, and the views that are stored, beside what the log says.
      balances: { log: balances, reread, views: inlineViews },
      states: Object.fromEntries(status.handlers.map(({ name, state, reasons }) => [name, { state, reasons }])),
      complaints: first.complaints,
      failures: first.failures,
    }
  } finally {
    for (const one of applications) await one.stop()
    await rewind.close()
  }
}
