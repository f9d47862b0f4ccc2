import type { RecordedEvent } from '@foldlog/core'
import { migrate } from '@foldlog/postgres-store'
import { type RewindKind, until, withConnection } from '@foldlog/test-kit'
import { either as E } from 'fp-ts'
import { readWholeLog } from '../fixtures.ts'
import { evolve } from './account.ts'
import { type Application, handlerNames, notesTable, startApplication } from './TestApplication.ts'

const range = (from: number, to: number): ReadonlyArray<number> => Array.from({ length: to - from }, (_, i) => from + i)

/**
 * More than the 32 numbers that a sequence writes ahead into the WAL: so positions are given again after a crash too.
 */
const numbers = { before: range(0, 40), lost: range(1_000, 1_080), after: range(2_000, 2_080) }

const has = (all: ReadonlyArray<number>, wanted: ReadonlyArray<number>): boolean => {
  const seen = new Set(all)
  return wanted.every((n) => seen.has(n))
}

const missing = (all: ReadonlyArray<number>, wanted: ReadonlyArray<number>): ReadonlyArray<number> => {
  const seen = new Set(all)
  return wanted.filter((n) => !seen.has(n))
}

/** The log as it is, folded by a program without memory. */
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

/** What one part of an application did when the log went back. */
export interface Observation {
  /** New events that this part never got, in the order of the log. */
  readonly missed: ReadonlyArray<number>
  /** New events that this part got more than once. */
  readonly repeated: ReadonlyArray<number>
  /** Whether new events came in another order than that of the log. */
  readonly disordered: boolean
}

/** `lanes`: how many orders there are side by side. A handler promises that of each stream. */
const observe = (seen: ReadonlyArray<number>, wanted: ReadonlyArray<number>, lanes: 1 | 4): Observation => {
  const fresh = seen.filter((n) => wanted.includes(n))
  const isDisordered = (lane: ReadonlyArray<number>): boolean => lane.some((n, i) => n < (lane[i - 1] ?? n))
  return {
    missed: missing(seen, wanted),
    repeated: fresh.filter((n, i) => fresh.indexOf(n) < i),
    disordered: range(0, lanes).some((lane) => isDisordered(fresh.filter((n) => n % lanes === lane))),
  }
}

export type RewindResult = Awaited<ReturnType<typeof runRewindScenario>>

/**
 * A process works on a log; the log goes back without notice; another process writes other events; the first process
 * goes on, and is recovered. Returns what each part of the first process did.
 */
export const runRewindScenario = async (kind: RewindKind, newHistory: 'longer' | 'shorter' = 'longer') => {
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
      await sql.unsafe(notesTable)
    })
    const first = await start('everything')
    const { seen, runtime } = first
    const handled = async (place: Parameters<typeof runtime.waitFor>[1], names: ReadonlyArray<string>) =>
      until(`the checkpoints of ${names.join(', ')}`, async () => E.isRight(await runtime.waitFor(names, place)()))
    const caughtUp = (parts: ReadonlyArray<keyof typeof seen>, wanted: ReadonlyArray<number>) =>
      until(`${parts.join(', ')} to catch up`, () => parts.every((one) => has(seen[one], wanted)))
    const paid = (wanted: ReadonlyArray<number>) =>
      until('the process manager to have sent everything', () =>
        has(
          first.sent.map(({ n }) => n),
          wanted,
        ),
      )

    await first.dispatch('Deposit', 'a', 3)
    await first.dispatch('Deposit', 'b', 3)
    await handled(await first.happen(numbers.before), handlerNames)
    await caughtUp(['idle', 'pulled', 'subscribed'], numbers.before)
    await paid(numbers.before)
    await rewind.remember()
    // The server may have been restarted.
    await until('the application to be connected', async () => E.isRight(await first.store.settledPosition()))

    // These events will be lost. The busy handler has all of them in hand, and commits none of them before the log goes
    // back.
    first.gate.shut()
    const lastLost = await first.happenTogether(numbers.lost)
    await first.dispatch('Deposit', 'a', 50)
    await first.dispatch('Deposit', 'b', 50)
    await first.dispatch('Deposit', 'c', 50)
    await until('the handler to be held', () => first.held() > 0)
    await caughtUp(['idle', 'pulled', 'subscribed'], numbers.lost)
    await handled(lastLost, ['idle', 'order', 'noting', 'paying'])
    await paid(numbers.lost)

    const whole = (): Promise<ReadonlyArray<RecordedEvent>> => readWholeLog(first.store)
    const held = await whole()
    await rewind.goBack()
    await until('the server', async () => E.isRight(await first.store.settledPosition()))
    const kept = await whole()
    const keptIds = new Set(kept.map(({ id }) => id))
    const shared = await first.store.verify(lastLost)()
    const historyIsKnown = E.isRight(shared) || (shared.left._tag === 'LogRewound' && shared.left.common !== null)
    const gone = held.filter(({ id }) => !keptIds.has(id))
    // A process that starts after the rewind knows nothing of the lost events.
    const second = await start('commands only')
    const lastAfter = await second.happen(after)
    // Where positions are given again, these get the positions of the lost deposits.
    const firstDeposits = [await second.dispatch('Deposit', 'a', 1), await second.dispatch('Deposit', 'c', 1)]
    first.gate.open()

    const withdrawal = await first.dispatch('Withdraw', 'a', 50)
    // After this deposit a snapshot is due.
    await first.dispatch('Deposit', 'a', 1)
    const deposits = [await first.dispatch('Deposit', 'b', 1), await first.dispatch('Deposit', 'b', 1)]

    const overviews = async () =>
      (await first.status()).handlers.filter(({ name }) => handlerNames.some((one) => one === name))
    const isNew = (n: number): boolean => after.includes(n)
    const before = async () => ({
      states: (await overviews()).map(({ name, state, stopped }) => ({ name, state, stopped })),
      errors: first.complaints.filter(({ level }) => level === 'error'),
      ends: { ...first.ends },
      handled: [...seen.busy, ...seen.idle, ...(await first.notes()), ...first.sent.map(({ n }) => n)].filter(isNew),
      given: [...seen.pulled, ...seen.subscribed].filter(isNew),
    })
    const untilAll = (wanted: 'running' | 'stopped'): Promise<void> =>
      until(
        `every handler to be ${wanted}`,
        async () => (await overviews()).every(({ state }) => state === wanted),
        30_000,
      ).catch(async (cause) => {
        throw new Error(JSON.stringify([await overviews(), first.complaints.slice(-10)]), { cause })
      })
    if (kind.loses) {
      await untilAll('stopped')
      await until('the subscriptions to end', () => first.ends.pull !== undefined && first.ends.subscribe !== undefined)
    } else {
      await handled(lastAfter, handlerNames)
      // The deposits are newer than the last event that was waited for: a handler may be catching up.
      await untilAll('running')
    }
    const stopped = await before()
    const waited = {
      lost: await runtime.waitFor(handlerNames, lastLost, 30_000)(),
      after: await runtime.waitFor(handlerNames, lastAfter, kind.loses ? 200 : 30_000)(),
    }

    const report = await first.recover()
    const end = 9_999
    await second.happen([end])
    await handled(await second.happen([end + 1]), handlerNames)
    await caughtUp(['busy', 'idle', 'pulled', 'subscribed'], [end, end + 1])
    await paid([...after, end, end + 1])

    const views = Object.values(await second.order())
    const { balances, things } = await truth(rewind.url)
    const third = await start('commands only')
    const reread: Record<string, number> = {}
    for (const stream of Object.keys(balances)) reread[stream] = await third.balance(stream.slice('account-'.length))
    const fresh = things.filter((n) => n >= 2_000)
    const idsOf = new Map<number, Set<string>>()
    for (const { n, commandId } of first.sent) idsOf.set(n, (idsOf.get(n) ?? new Set()).add(commandId))
    return {
      things,
      /** The last event that the old log and the new one share, and what was lost. */
      common: kept.at(-1)?.position,
      gone: {
        ids: new Set(gone.map(({ id }) => id)),
        things: gone.filter(({ type }) => type === 'Happened').length,
        historyIsKnown,
        lastThing: kept.filter(({ type }) => type === 'Happened').at(-1)?.position,
      },
      survivors: things.filter((n) => numbers.lost.includes(n)),
      stored: things.filter((n) => after.includes(n)).length,
      firstDeposits,
      withdrawal,
      deposits,
      stopped,
      waited,
      report,
      again: await first.recoverAgain(),
      seen: {
        busy: observe(seen.busy, fresh, 4),
        idle: observe(seen.idle, fresh, 4),
        order: observe(views.flat(), fresh, 4),
        noting: observe(await first.notes(), fresh, 4),
        pulled: observe(seen.pulled, fresh, 1),
        subscribed: observe(seen.subscribed, fresh, 1),
      },
      notes: await first.notes(),
      order: views.flat().toSorted((a, b) => a - b),
      /** Events for which several commands, with different ids, were sent. */
      doubled: [...idsOf].filter(([, ids]) => ids.size > 1).map(([n]) => n),
      paid: Object.entries(balances).reduce(
        (sum, [stream, n]) => (stream.startsWith('account-paid-') ? sum + n : sum),
        0,
      ),
      // The states that a new process loads from snapshots, and the stored views, beside what the log says.
      balances: { log: balances, reread, views: await third.views() },
      states: Object.fromEntries((await overviews()).map(({ name, state }) => [name, state])),
      complaints: first.complaints.filter(({ level }) => level === 'error'),
      numbers: { ...numbers, after },
    }
  } finally {
    for (const one of applications) await one.stop()
    await rewind.close()
  }
}
