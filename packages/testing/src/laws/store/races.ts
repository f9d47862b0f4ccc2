import type { Append, Appended } from '@foldlog/core'
import { versionConflict } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { format } from '../../internal/format.ts'
import {
  concurrently,
  createDeletedStream,
  createStream,
  freshStream,
  newEvent,
  newEvents,
  numbersTo,
  readStreamFromLog,
  readToEnd,
  readWholeLog,
  right,
  untyped,
  whileRunning,
  yieldToOthers,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

const versionsOf = (results: ReadonlyArray<Appended>): ReadonlyArray<number> =>
  results.map(({ version }) => version).sort((one, other) => one - other)

/** Appends over both connections in turn. */
const race = ({ store, other }: LawContext, count: number, make: (i: number) => Append) =>
  concurrently(count, (i) => (i % 2 === 0 ? store : other).append(make(i))())

const raceOfWinners = async (subject: LawContext, count: number, make: (i: number) => Append) =>
  (await race(subject, count, make)).flatMap((outcome) => {
    expectTrue(E.isRight(outcome), `every append succeeds, one ended with ${format(outcome)}`)
    return E.isRight(outcome) ? [outcome.right] : []
  })

/** Expects one success, and this error as every other outcome. */
const expectOneWinner = <A>(outcomes: ReadonlyArray<E.Either<unknown, A>>, error: unknown, what: string): void => {
  expectEqual(outcomes.filter(E.isRight).length, 1, `${what}: number of winners`)
  for (const lost of outcomes.filter(E.isLeft)) expectEqual(lost.left, error, `${what}: a loser’s error`)
}

export const races = groupOf('concurrent appends', [
  law('appends that expect no stream have one winner in each round of 8', async (subject) => {
    for (const round of numbersTo(60)) {
      const stream = freshStream()
      const outcomes = await race(subject, 8, () => ({ stream, expected: 'noStream', events: newEvents(2) }))
      expectOneWinner(outcomes, versionConflict(stream, 'noStream', 2), `round ${round}`)
      expectEqual((await right(subject.store.streamInfo(stream))).version, 2, `round ${round}: version`)
    }
  }),

  law('20 appends with `any` to one new stream all succeed', async (subject) => {
    for (const round of numbersTo(5)) {
      const stream = freshStream()
      const results = await raceOfWinners(subject, 20, () => ({ stream, expected: 'any', events: newEvents(1) }))
      expectEqual(versionsOf(results), numbersTo(20), `round ${round}: versions`)
    }
  }),

  law('20 appends that expect an existing stream all succeed', async (subject) => {
    const stream = await createStream(subject.store, 1)
    const results = await raceOfWinners(subject, 20, () => ({ stream, expected: 'streamExists', events: newEvents(1) }))
    expectEqual(versionsOf(results), numbersTo(21).slice(1), 'versions')
  }),

  law('appends that expect an exact version have one winner in each round of 8', async (subject) => {
    const stream = await createStream(subject.store, 1)
    for (const version of numbersTo(20)) {
      const outcomes = await race(subject, 8, () => ({ stream, expected: version, events: newEvents(1) }))
      expectOneWinner(outcomes, versionConflict(stream, version, version + 1), `at version ${version}`)
    }
  }),

  law('every append that is reported as stored is stored, each where it was reported', async (subject) => {
    const streams = numbersTo(3).map(() => freshStream())
    const appends = numbersTo(60).map((i) => ({
      stream: streams[i % 3] ?? freshStream(),
      expected: 'any' as const,
      events: newEvents((i % 3) + 1),
    }))
    const results = await raceOfWinners(subject, appends.length, (i) => appends[i] ?? untyped(undefined))
    const reported = appends.flatMap(({ stream, events }, i) =>
      events.map(({ id }, n) => ({
        id,
        stream,
        version: (results[i]?.firstVersion ?? 0) + n,
        position: results[i]?.positions[n] ?? 0,
      })),
    )
    const log = (await readWholeLog(subject.store)).map(({ id, stream, version, position }) => ({
      id,
      stream,
      version,
      position,
    }))
    expectEqual(
      log,
      reported.sort((one, other) => one.position - other.position),
      'the log',
    )
  }),

  law('other appends never come between the events of one append', async (subject) => {
    const stream = freshStream()
    await raceOfWinners(subject, 20, (of) => ({
      stream,
      expected: 'any',
      events: numbersTo(5).map(() => newEvent({ of })),
    }))
    const { events } = await right(subject.store.readStream(stream))
    const runs = numbersTo(20).map((i) => events.slice((i - 1) * 5, i * 5).map(({ data }) => JSON.stringify(data)))
    for (const run of runs) expectEqual(new Set(run).size, 1, `appends among five events side by side (${run})`)
  }),

  law('positions have the order of versions within each stream', async (subject) => {
    const streams = numbersTo(5).map(() => freshStream('ordered'))
    await raceOfWinners(subject, 100, (i) => ({
      stream: streams[i % streams.length] ?? freshStream(),
      expected: 'any',
      events: newEvents(3),
    }))
    const log = await readWholeLog(subject.store)
    for (const stream of streams) {
      expectEqual(
        log.filter((event) => event.stream === stream).map(({ version }) => version),
        numbersTo(60),
        `versions of ${stream} in the order of the log`,
      )
    }
  }),

  law(
    'bad appends never break their neighbours',
    async (subject) => {
      const { store } = subject
      const open = await createStream(store, 3)
      const used = newEvent()
      await right(store.append({ stream: freshStream(), expected: 'any', events: [used] }))
      const gone = await createDeletedStream(store, 1)
      const bad: ReadonlyArray<() => Append> = [
        () => ({ stream: open, expected: 'noStream', events: newEvents(1) }),
        () => ({ stream: gone, expected: 'any', events: newEvents(1) }),
        () => ({ stream: freshStream(), expected: 'any', events: [newEvent(), used] }),
        () => ({ stream: freshStream(), expected: 'any', events: [newEvent(), used, newEvent()] }),
        () => ({ stream: freshStream(), expected: 'any', events: [newEvent('\u0000')] }),
        () => ({ stream: freshStream(), expected: 'any', events: [{ ...newEvent(), data: untyped(undefined) }] }),
      ]
      const stream = freshStream()
      const good = (): Append => ({ stream, expected: 'any', events: newEvents(2) })
      const kinds = [...bad, good]
      const outcomes = await race(subject, 20 * kinds.length, (i) => (kinds[i % kinds.length] ?? good)())
      for (const [i, outcome] of outcomes.entries()) {
        const isGood = kinds[i % kinds.length] === good
        expectTrue(isGood === E.isRight(outcome), `a ${isGood ? 'good' : 'bad'} append ended with ${format(outcome)}`)
      }
      expectEqual((await right(store.streamInfo(stream))).version, 40, 'version of the stream of the good ones')
    },
    'deleteStream',
    'idempotence',
  ),

  law('a reader of the log meets concurrent appends once each, in order', async ({ store, other, can }) => {
    const write = async (to: LawContext['store'], appends: number, events: number): Promise<void> => {
      const stream = freshStream('followed')
      for (let i = 0; i < appends; i++) {
        await right(to.append({ stream, expected: i * events, events: newEvents(events) }))
      }
    }
    // Long appends, whose first position is drawn long before their last, among short ones that overtake them.
    const long = can('largeAppends') ? 3_000 : 20
    const short = numbersTo(6).map((i) => write(i % 2 === 0 ? store : other, 100, 1))
    const seen: Array<number> = []
    await whileRunning(Promise.all([write(store, 6, long), ...short]), async (isOver) => {
      for (let after = 0; ; ) {
        const last = isOver()
        const slice = await right(other.readLog({ after, count: 500 }))
        seen.push(...slice.events.map(({ position }) => position))
        expectTrue(slice.position >= after, `the position goes back from ${after} to ${slice.position}`)
        after = slice.position
        if (last && slice.end) break
        await yieldToOthers()
      }
    })
    const log = (await readToEnd(store)).events.map(({ position }) => position)
    expectEqual(log.length, 6 * long + 600, 'events in the log')
    expectEqual(seen, log, 'positions seen by the reader')
  }),

  law('an acknowledged append is in the log for every later reader', async ({ store, other }) => {
    const stream = freshStream()
    for (const n of numbersTo(20)) {
      await right(store.append({ stream, expected: 'any', events: newEvents(2) }))
      expectEqual((await readStreamFromLog(other, stream)).length, 2 * n, 'events in the log')
    }
  }),
])
