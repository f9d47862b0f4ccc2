import type { HistoryId } from '@foldlog/core'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type FreshStore, freshStore } from '../attack/freshStore.ts'
import { appendOne, openAppend } from '../attack/openAppend.ts'
import { right } from '../fixtures.ts'
import { postgresRewinding } from '../postgresRewinding.ts'

/**
 * `common` of a log that went back: a position up to which the old and the new log certainly agree. The position at
 * which the new history begins is not enough, because a transaction that was open at the cut is lost below it.
 */
let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

interface Lost {
  readonly history: HistoryId
  /** Positions of events that were read in the old history. */
  readonly read: ReadonlyArray<number>
}

/** The positions of the events that are stored now, with the ids of the events. */
const eventsNow = async () =>
  new Map((await right(fresh.store.readLog({}))).events.map(({ position, id }) => [position, id]))

/**
 * The log goes back to a moment at which 1 and 3 are committed, and the transactions of 2 and 4 are open. Both are
 * committed afterwards, and read together with 5. In the new log they are gaps, and 5 is another event.
 */
const lostBelowTheCut = async (): Promise<Lost> => {
  await appendOne(fresh, 's-1')
  const open = [await openAppend(fresh, 's-2')]
  await appendOne(fresh, 's-3')
  open.push(await openAppend(fresh, 's-4'))
  await appendOne(fresh, 's-5')
  const restore = await postgresRewinding(fresh.watcher, fresh.schema).backup()
  for (const { end } of open) await end('commit')
  await appendOne(fresh, 's-6')
  const before = await eventsNow()
  const { history } = await right(fresh.store.readLog({}))
  await restore()
  await appendOne(fresh, 's-7')
  const now = await eventsNow()
  expect([...before.keys()]).toEqual([1, 2, 3, 4, 5, 6])
  expect([...now.keys()]).toEqual([1, 3, 5, 6])
  expect(now.get(6)).not.toBe(before.get(6))
  return { history, read: [...before.keys()] }
}

/** `common` as readers get it, by both of the ways in which they ask. */
const commonNow = async ({ history, read }: Lost): Promise<ReadonlyArray<unknown>> => {
  const last = read.at(-1) ?? 0
  const answers = [
    await fresh.store.readLog({ after: last, history })(),
    await fresh.store.verify({ position: last, history })(),
  ]
  return answers.map((answer) => (E.isLeft(answer) && answer.left._tag === 'LogRewound' ? answer.left.common : answer))
}

/** What `common_position` was without the rule of gaps: the position at which the new history begins. */
const withoutGaps = (schema: string): string => `
  create or replace function "${schema}".common_position(of_history uuid) returns bigint language sql stable as
  $body$ select "${schema}".last_shared_position(of_history) $body$`

describe('a place that is verified before the first append after the log went back', () => {
  it('has the answer that it has afterwards, by its history and by its id', async () => {
    await appendOne(fresh, 's-1')
    const { end } = await openAppend(fresh, 's-2')
    await appendOne(fresh, 's-3')
    const restore = await postgresRewinding(fresh.watcher, fresh.schema).backup()
    await end('commit')
    await appendOne(fresh, 's-4')
    const { events, history } = await right(fresh.store.readLog({}))
    const places = events.flatMap(({ position, id }) => [
      { position, history },
      { position, history, id },
    ])
    const answers = () =>
      Promise.all(
        places.map(async (place) => {
          const verified = await fresh.store.verify(place)()
          return E.isRight(verified) ? 'place' : verified.left._tag
        }),
      )
    await restore()
    const early = await answers()
    expect((await right(fresh.store.readLog({}))).history).toBe(history)
    await appendOne(fresh, 's-5')
    expect((await right(fresh.store.readLog({}))).history).not.toBe(history)
    expect(await answers()).toEqual(early)
    // Position 2 is lost below the cut: only the id shows that.
    const gone = 'LogRewound'
    expect(early).toEqual(['place', 'place', 'place', gone, 'place', 'place', gone, gone])
  })
})

describe('the last position that a log certainly shares with the log before it went back', () => {
  it('is before the first event that was lost below the cut', async () => {
    const lost = await lostBelowTheCut()
    expect(await commonNow(lost)).toEqual([1, 1])
  })

  it('would be too high without the rule of gaps: the planted fault calls a lost event common', async () => {
    const lost = await lostBelowTheCut()
    await fresh.watcher.unsafe(withoutGaps(fresh.schema))
    expect(await commonNow(lost)).toEqual([5, 5])
  })

  it('is the cut when no transaction was open', async () => {
    await appendOne(fresh, 's-1')
    await appendOne(fresh, 's-2')
    const restore = await postgresRewinding(fresh.watcher, fresh.schema).backup()
    const read = [1, 2, await appendOne(fresh, 's-3')]
    const { history } = await right(fresh.store.readLog({}))
    await restore()
    await appendOne(fresh, 's-4')
    expect(await commonNow({ history, read })).toEqual([2, 2])
  })

  /** A log of these positions whose current history begins behind them; `common` of the history before. */
  const commonOf = async (positions: ReadonlyArray<number>): Promise<unknown> => {
    const { schema, watcher } = fresh
    await watcher.unsafe(`alter table "${schema}".events disable trigger user`)
    const [template] = await watcher.unsafe(`select count(*)::int as events from "${schema}".events`)
    if (template?.['events'] === 0) await appendOne(fresh, 's-1')
    await watcher.unsafe(
      `insert into "${schema}".events
         (position, stream, version, recorded_at, id, remaining, schema_version, category, type, data)
       select p, e.stream, p + 1, e.recorded_at, gen_random_uuid(), 0, 1, e.category, e.type, e.data
       from (select * from "${schema}".events order by position limit 1) e, unnest($1::bigint[]) p where p > 1`,
      [`{${positions.join(',')}}`],
    )
    const [row] = await watcher.unsafe(
      `select "${schema}".common_position((select history from "${schema}".log_state))::int as common`,
    )
    return row?.['common']
  }

  const upTo = (last: number, ...without: ReadonlyArray<number>): ReadonlyArray<number> =>
    Array.from({ length: last }, (_, i) => i + 1).filter((position) => !without.includes(position))

  it.each<readonly [string, ReadonlyArray<number>, number]>([
    ['the last one of a log without gaps', upTo(1_500), 1_500],
    ['before the first of several gaps', upTo(1_500, 1_200, 700, 1_499), 699],
    ['before a gap at the beginning of the last 1,000 positions', upTo(1_500, 501), 500],
    ['the last one when the gap is 1,000 positions below it', upTo(1_500, 500), 1_500],
    ['1,000 below the last one at least, however wide the gap is', [...upTo(2), 9_000], 8_000],
    ['before a gap in a log that is shorter than 1,000', upTo(10, 2, 5), 1],
  ])('is %s', async (_, positions, common) => {
    expect(await commonOf(positions)).toBe(common)
  })
})
