import { asynchronousFailover, type RewindKind, restoredDump, rewindKinds } from '@foldlog/test-kit'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type RewindResult, runRewindScenario } from './rewindScenario.ts'
import { handlerNames } from './TestApplication.ts'

const sorted = (numbers: ReadonlyArray<number>): ReadonlyArray<number> => numbers.toSorted((a, b) => a - b)

/**
 * The common position, as far as it is known: unknown when the old history began after the backup.
 */
const knownCommon = ({ common, gone }: RewindResult): number | undefined | null => (gone.historyIsKnown ? common : null)

const nothing = { missed: [], repeated: [], disordered: false }

const running = Object.fromEntries(handlerNames.map((name) => [name, 'running']))

/** These hold whether anything was lost or not. */
const expectTheWholeLog = (story: () => RewindResult): void => {
  it('every new event is handled once, in order, by each handler and each loop', () => {
    const { seen } = story()
    expect(seen).toEqual({
      busy: nothing,
      idle: nothing,
      order: nothing,
      noting: nothing,
      pulled: nothing,
      subscribed: nothing,
    })
    expect(story().states).toEqual(running)
  })

  it('documents of handlers are made from the log: nothing of lost events, each event once', () => {
    const { notes, order, things } = story()
    expect(notes).toEqual(sorted(things))
    expect(order).toEqual(sorted(things))
  })

  it('a process manager sends the commands of the log, one for each event, with one id', () => {
    const { doubled, paid, things } = story()
    expect(doubled).toEqual([])
    expect(paid).toBe(things.length)
  })

  it('the views of inline projections are the fold of the log', () => {
    expect(story().balances.views).toEqual(story().balances.log)
  })

  it('nothing is left to recover', () => expect(story().again.handlers).toEqual([]))
}

/** These depend on the dispatcher: cached states and snapshots. */
const expectDecisions = (loses: boolean, story: () => RewindResult): void => {
  it('no command is decided on a state that is gone', () => {
    // A withdrawal of 50 from 3 + 50 + 1, or from 3 + 1.
    if (loses) expect(story().withdrawal).toMatchObject({ _tag: 'Left' })
    else expect(story().withdrawal).toMatchObject({ _tag: 'Right' })
    expect(Object.values(story().balances.log).filter((balance) => balance < 0)).toEqual([])
    expect(story().deposits.map(E.isRight)).toEqual([true, true])
  })

  it('no snapshot of a state that is gone is kept', () => {
    expect(story().balances.reread).toEqual(story().balances.log)
  })
}

const expectLoss = (story: () => RewindResult): void => {
  it('every handler stops, says why, and has handled nothing of the new log before', () => {
    const { stopped } = story()
    expect(stopped.states.map(({ name }) => name).toSorted()).toEqual([...handlerNames].toSorted())
    for (const { name, state, stopped: stops } of stopped.states) {
      expect([name, state]).toEqual([name, 'stopped'])
      const [stop] = stops
      expect(stop?.rewound?.common).toBe(knownCommon(story()))
      expect(stop?.rewound?.history).not.toBeNull()
      expect(stop?.reason).toMatch(/^the log went back: this handler has handled (Happened|Deposited|everything)/)
    }
    expect(stopped.handled).toEqual([])
    expect(stopped.given).toEqual([])
  })

  it('the reasons name the event that was handled and the one that is there now', () => {
    const [idle] = story().stopped.states.filter(({ name }) => name === 'idle')
    expect(idle?.stopped[0]?.reason).toMatch(
      /has handled Happened \S+ of thing-\d at position \d+, and the log (now has|has no such event)/,
    )
  })

  it('each stop is an error in the log of the process', () => {
    const stops = story().stopped.errors.filter(({ message }) => message === 'a handler has stopped')
    expect(stops.map(({ facts }) => facts['handler']).toSorted()).toEqual(expect.arrayContaining([...handlerNames]))
  })

  it('a wait for a lost place ends with LogRewound, and no wait ends because new events are handled', () => {
    const { waited } = story()
    expect(waited.lost).toMatchObject({ left: { _tag: 'LogRewound', common: knownCommon(story()) } })
    expect(waited.after).toMatchObject({ left: { _tag: 'HandlersTimedOut' } })
  })

  it('a subscription and a pull subscription end with LogRewound', () => {
    const { ends } = story().stopped
    expect(ends.subscribe).toMatchObject({ _tag: 'LogRewound', common: knownCommon(story()) })
    expect(ends.pull).toMatchObject({ _tag: 'LogRewound' })
  })

  it('the report of recovering names each handler and the events whose effects are done', () => {
    const { handlers } = story().report
    expect(handlers.map(({ name }) => name).toSorted()).toEqual([...handlerNames].toSorted())
    for (const { name, outcome, common, lost, repeats } of handlers) {
      expect([name, outcome, repeats]).toEqual([name, 'resumed', 0])
      const { gone } = story()
      if (gone.historyIsKnown) expect([name, common]).toEqual([name, story().common])
      // Found by the last event of the handler that is still where it was.
      else expect([name, common]).toEqual([name, gone.lastThing])
      // The busy handler was held at its first events. When its lease ended meanwhile, it is unknown which of these it
      // has completed.
      const least = name === 'busy' ? 0 : gone.things
      expect([name, lost.length >= least]).toEqual([name, true])
      expect(lost.filter(({ id }) => !gone.ids.has(id))).toEqual([])
    }
  })
}

/** With rows without their sequences every append is refused, which has its own test. */
const kinds: ReadonlyArray<RewindKind> = rewindKinds.filter(({ name }) => name !== 'copied rows')

const cases = [
  ...kinds.map((kind) => ({ kind, newHistory: 'longer' as const })),
  ...[asynchronousFailover, restoredDump].map((kind) => ({ kind, newHistory: 'shorter' as const })),
]

describe.each(cases)('$kind.name, with a new log that is $newHistory than the old one', ({ kind, newHistory }) => {
  let result: RewindResult
  beforeAll(async () => {
    result = await runRewindScenario(kind, newHistory)
  }, 180_000)
  const story = (): RewindResult => result

  it('loses the events that it must lose, and nothing else', () => {
    const { survivors, stored, firstDeposits, numbers } = story()
    expect(survivors).toHaveLength(kind.loses ? 0 : numbers.lost.length)
    expect(stored).toBe(numbers.after.length)
    expect(firstDeposits.map(E.isRight)).toEqual([true, true])
  })

  if (kind.loses) expectLoss(story)
  else {
    it('stops no handler, and causes no error', () => {
      const { stopped, waited, report, complaints } = story()
      expect(Object.fromEntries(stopped.states.map(({ name, state }) => [name, state]))).toEqual(running)
      expect(stopped.ends).toEqual({ subscribe: undefined, pull: undefined })
      expect(waited).toEqual({ lost: E.right(undefined), after: E.right(undefined) })
      expect(report.handlers).toEqual([])
      expect(complaints).toEqual([])
    })
  }
  expectTheWholeLog(story)
  expectDecisions(kind.loses, story)
})
