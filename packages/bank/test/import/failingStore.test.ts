import { fc, test } from '@fast-check/jest'
import { AccountName, account, decide, type Entry, evolve, initialState } from '@foldlog/bank'
import type { EventStore } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import { afterAll, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { importDispatcher } from '../../src/import/importDispatcher.ts'
import { importRows } from '../../src/import/importRows.ts'
import type { NumberedRow } from '../../src/import/rows.ts'
import { credit, debit, limit, valid } from '../account/fixtures.ts'

const name = valid(AccountName, 'Ada')

interface Posted {
  readonly account: string
  readonly entry: Entry
}

/** Few accounts and a tight limit, so that what is accepted hangs on what came before. */
const rowsOf = (posted: ReadonlyArray<Posted>): ReadonlyArray<NumberedRow> =>
  posted.map(({ account, entry }, i) => ({
    line: i + 2,
    bytes: 1,
    row: { transaction: `${i}`, account, name, entry: { ...entry, reference: `${i}` } },
  }))

async function* each(rows: ReadonlyArray<NumberedRow>) {
  for (const row of rows) yield E.right(row)
}

/** The expected result for each account, without a store and without a dispatcher. */
const decided = (rows: ReadonlyArray<NumberedRow>): Readonly<Record<string, ReadonlyArray<unknown>>> => {
  const states = new Map<string, { state: ReturnType<typeof evolve>; readonly events: Array<unknown> }>()
  for (const { row } of rows) {
    const one = states.get(row.account) ?? { state: initialState, events: [] }
    const data = { accountId: row.account, entry: row.entry, terms: { name: row.name, overdraft: limit(0) } }
    const decision = decide({ type: 'PostEntry', data }, one.state)
    if (E.isLeft(decision)) throw new Error('an entry is never refused')
    one.state = decision.right.reduce((state, event) => evolve(state, event), one.state)
    one.events.push(...decision.right)
    states.set(row.account, one)
  }
  return Object.fromEntries([...states].map(([id, { events }]) => [`account-${id}`, events]))
}

const stored = async (store: EventStore): Promise<Readonly<Record<string, ReadonlyArray<unknown>>>> => {
  const log = await store.readLog({ count: 10_000 })()
  if (E.isLeft(log)) throw new Error(JSON.stringify(log.left))
  const all: Record<string, Array<unknown>> = {}
  for (const event of log.right.events) {
    const decoded = account.events.decode(event)
    if (E.isLeft(decoded)) throw new Error(JSON.stringify(decoded.left))
    all[event.stream] = [...(all[event.stream] ?? []), ...decoded.right]
  }
  return all
}

/**
 * The fault of a call: none; it is not carried out; it is, and its answer is lost; it is carried out later, after
 * others, and its answer is lost.
 */
type Fate = 'well' | 'undone' | 'unanswered' | 'late'

const away = E.left(storeUnavailable('the weather', true, undefined))

/** A store whose calls have fates, one after another; then all goes well. */
const fated = (store: EventStore, fates: Array<Fate>, late: Array<() => Promise<unknown>>): EventStore => ({
  ...store,
  readStream: (stream, options) => async () =>
    fates.shift() === 'undone' ? away : store.readStream(stream, options)(),
  append: (append) => async () => {
    const fate = fates.shift() ?? 'well'
    // A turn of the event loop, as with any server: rows of other accounts are in progress meanwhile.
    await new Promise((resolve) => setImmediate(resolve))
    if (fate === 'late') late.push(store.append(append))
    else if (late.length > 0 && fates.length % 2 === 0) await late.shift()?.()
    if (fate === 'undone' || fate === 'late') return away
    const result = await store.append(append)()
    return fate === 'unanswered' ? away : result
  },
})

const cents = fc.integer({ min: 1, max: 300 })
const posted = fc.record({
  account: fc.constantFrom('1', '2', '3'),
  entry: fc.oneof(cents.map(credit), cents.map(debit)),
})
const fate = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Fate>('well') },
  fc.constantFrom<Fate>('undone', 'unanswered', 'late'),
)

const stores: Array<ReturnType<typeof makeMemoryStore>> = []
afterAll(async () => {
  for (const store of stores) await store.stop()
})

describe('an import on an unreliable store', () => {
  test.prop([fc.array(posted, { minLength: 1, maxLength: 40 }), fc.array(fate, { maxLength: 30 }), fc.nat(12)])(
    'ends, run again and again, with what one quiet run stores',
    async (all, fates, inFlight) => {
      const rows = rowsOf(all)
      const store = makeMemoryStore()
      stores.push(store)
      const late: Array<() => Promise<unknown>> = []
      const remaining = [...fates]
      for (let ended = false; !ended; ) {
        const { dispatch, stop } = importDispatcher(fated(store, remaining, late))
        const options = { rows: each(rows), dispatch, overdraft: limit(0), inFlight: inFlight + 1 }
        const before = remaining.length
        const tally = await importRows(options)()
        await stop()
        ended = E.isRight(tally)
        // Each run that fails has met a fate, so there is an end.
        expect(ended || remaining.length < before).toBe(true)
      }
      for (const straggler of late) await straggler()
      expect(await stored(store)).toEqual(decided(rows))
    },
  )

  it('does not skip a row after lost races, or later rows would overtake it', async () => {
    const store = makeMemoryStore()
    stores.push(store)
    const rows = rowsOf([credit(5), debit(5), debit(1)].map((entry) => ({ account: '1', entry })))
    let beaten = 0
    const { dispatch, stop } = importDispatcher({
      ...store,
      append: (append) =>
        ++beaten <= 150
          ? TE.left({ _tag: 'VersionConflict', stream: append.stream, expected: append.expected, actual: 0 })
          : store.append(append),
    })
    const tally = await importRows({ rows: each(rows), dispatch, overdraft: limit(0) })()
    await stop()
    expect(tally).toMatchObject(E.right({ accepted: 2, rejected: 1 }))
    expect(await stored(store)).toEqual(decided(rows))
  })
})
