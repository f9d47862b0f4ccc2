import type { EventId, HistoryId, LogPosition, StreamName } from '@foldlog/core'
import { logRewound, rewoundConflict, versionConflict } from '@foldlog/core/store'
import fc from 'fast-check'
import { either as E } from 'fp-ts'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { forAll } from '../../internal/forAll.ts'
import { newEvents, readToEnd, right, streamNamed } from '../fixtures.ts'
import { readAt } from './histories.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

/** One step: `nth` chooses a stream, a backup or a remembered item. */
interface ProgramStep {
  readonly ask: 'append' | 'remember' | 'decide' | 'backup' | 'restore' | 'restart'
  readonly nth: number
  readonly count: number
}

const stepNames: ReadonlyArray<ProgramStep['ask']> = [
  ...(['append', 'append', 'append', 'remember', 'remember'] as const),
  ...(['decide', 'decide', 'decide', 'backup', 'restore', 'restore', 'restart'] as const),
]

const steps: fc.Arbitrary<ReadonlyArray<ProgramStep>> = fc.array(
  fc.record({
    ask: fc.constantFrom(...stepNames),
    nth: fc.nat(6),
    count: fc.integer({ min: 1, max: 2 }),
  }),
  { minLength: 8, maxLength: 40, size: 'max' },
)

interface HistoryModel {
  readonly id: HistoryId
  readonly begins: number
}

interface Stored {
  readonly id: EventId
  readonly stream: StreamName
  readonly position: number
}

/** The events of the log, and its histories, oldest first, as the answers of appends have named them. */
interface LogModel {
  readonly events: ReadonlyArray<Stored>
  readonly histories: ReadonlyArray<HistoryModel>
}

interface Remembered {
  readonly place: LogPosition
  /** The ids of all events up to the place, in the order of the log. */
  readonly ids: ReadonlyArray<EventId>
}

interface Decided {
  readonly stream: StreamName
  readonly version: number
  readonly history: HistoryId
  readonly ids: ReadonlyArray<EventId>
}

const endOf = ({ events }: LogModel): number => events.at(-1)?.position ?? 0

const currentOf = ({ histories }: LogModel): HistoryId => histories.at(-1)?.id ?? ''

const versionOf = ({ events }: LogModel, stream: StreamName): number =>
  events.filter((event) => event.stream === stream).length

const idsUpTo = ({ events }: LogModel, position: number): ReadonlyArray<EventId> =>
  events.filter((event) => event.position <= position).map(({ id }) => id)

/**
 * The last position that the log shares with a history: no later history has begun before it, and the log has not ended
 * before it.
 */
const sharedWith = (now: LogModel, history: HistoryId): number | null => {
  const index = now.histories.findIndex(({ id }) => id === history)
  if (index < 0) return null
  return Math.min(endOf(now), ...now.histories.slice(index + 1).map(({ begins }) => begins))
}

const isPlace = (now: LogModel, { position, history }: LogPosition): boolean =>
  position === 0 || position <= (sharedWith(now, history) ?? 0)

const pick = <A>(from: ReadonlyArray<A>, nth: number): A | undefined => from[nth % Math.max(from.length, 1)]

/** Few streams with short appends, so that the same versions recur. */
const streams = ['thing-1', 'thing-2'].map(streamNamed)

/** Compares what the store says of each remembered place with the definition of a place, and with the events. */
const checkPlaces = async (
  store: LawContext['store'],
  now: LogModel,
  remembered: ReadonlyArray<Remembered>,
): Promise<void> => {
  for (const { place, ids } of remembered) {
    const outcome = await readAt(store, place)()
    const what = `position ${place.position} of ${place.history}`
    if (isPlace(now, place)) {
      expectTrue(E.isRight(outcome), `${what} is a place`)
      expectEqual(idsUpTo(now, place.position), ids, `${what}: the events up to there, now and then`)
    } else {
      const error = logRewound(place.position, place.history, currentOf(now), sharedWith(now, place.history))
      expectEqual(outcome, E.left(error), what)
    }
  }
}

/**
 * Runs one program, and compares every answer about a remembered place with the definition of a place, and with the
 * events themselves.
 */
const run = async ({ store, other, rewinding }: LawContext, program: ReadonlyArray<ProgramStep>) => {
  let now: LogModel = { events: [], histories: [] }
  const met = new Set<HistoryId>()
  const backups: Array<{ readonly stored: LogModel; readonly restore: () => Promise<void> }> = []
  const remembered: Array<Remembered> = []
  const decided: Array<Decided> = []

  const stored = (stream: StreamName, ids: ReadonlyArray<EventId>, positions: ReadonlyArray<number>): void => {
    const events = ids.map((id, i) => ({ id, stream, position: positions[i] ?? 0 }))
    now = { ...now, events: [...now.events, ...events] }
  }

  const append = async (nth: number, count: number): Promise<HistoryId> => {
    const [stream, events] = [pick(streams, nth) ?? streamNamed('thing-0'), newEvents(count)]
    const appended = await right((nth % 2 === 0 ? store : other).append({ stream, expected: 'any', events }))
    stored(
      stream,
      events.map(({ id }) => id),
      appended.positions,
    )
    return appended.history
  }

  /** The next append begins a new history, which shares all stored events. */
  const begin = async (nth: number): Promise<void> => {
    const begins = endOf(now)
    const id = await append(nth, 1)
    expectTrue(!met.has(id), `a new history has begun, it is called ${id} as one before it`)
    met.add(id)
    now = { ...now, histories: [...now.histories, { id, begins }] }
  }

  const decide = async ({ stream, version, history, ids }: Decided): Promise<void> => {
    const events = newEvents(1)
    const inStream = now.events.filter((event) => event.stream === stream)
    const outcome = await other.append({ stream, expected: version, events, history })()
    const last = inStream[version - 1]
    const what = `an append to ${stream} at version ${version} of ${history}`
    if (inStream.length !== version)
      return expectEqual(outcome, E.left(versionConflict(stream, version, inStream.length)), what)
    if (last !== undefined && !isPlace(now, { position: last.position, history })) {
      return expectEqual(outcome, E.left(rewoundConflict(stream, version, version)), what)
    }
    if (E.isLeft(outcome)) return expectEqual(outcome, E.right('stored'), what)
    expectEqual(
      inStream.map(({ id }) => id),
      ids,
      `${what}: the events that it was decided on, and those that were read`,
    )
    expectEqual(outcome.right.history, currentOf(now), `${what}: its history`)
    stored(
      stream,
      events.map(({ id }) => id),
      outcome.right.positions,
    )
  }

  await begin(0)
  for (const { ask, nth, count } of program) {
    if (ask === 'append') expectEqual(await append(nth, count), currentOf(now), 'the history of an append')
    else if (ask === 'backup') backups.push({ stored: now, restore: await rewinding.backup() })
    else if (ask === 'remember') {
      const { events, head, history } = await readToEnd(nth % 2 === 0 ? store : other)
      expectEqual(history, currentOf(now), 'the history of the log')
      const position = nth === 0 ? head : (pick(events, nth)?.position ?? 0)
      remembered.push({ place: { position, history }, ids: idsUpTo(now, position) })
      const slice = await right(store.readStream(pick(streams, nth) ?? streamNamed('thing-0')))
      if (slice.version > 0) decided.push({ ...slice, ids: slice.events.map(({ id }) => id) })
    } else if (ask === 'decide') {
      // Prefers one whose version exists, perhaps again.
      const met = decided.filter(({ stream, version }) => versionOf(now, stream) === version)
      const one = pick(met, nth) ?? pick(decided, nth)
      if (one !== undefined) await decide(one)
    } else if (ask === 'restart') {
      await rewinding.restart()
      await begin(nth)
    } else {
      const backup = pick(backups, nth)
      if (backup === undefined) continue
      await backup.restore()
      now = backup.stored
      await begin(nth)
      await checkPlaces(store, now, remembered)
    }
  }
  await checkPlaces(store, now, remembered)
}

export const rewindPrograms = law(
  'rewinds and restarts may come in any order: a place is valid exactly when its history is known and shared up to it',
  async (subject) => {
    await forAll(steps, subject.runs(60), (program) => subject.withFresh((fresh) => run(fresh, program)))
  },
)
