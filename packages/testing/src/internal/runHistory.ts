import { Decider, describeUnknown, type Event, type EventCodec } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { Invariant } from '../Invariant.ts'
import { checkPurity, describeDifferences, type Violation, violation } from './checkPurity.ts'
import { isEqual } from './differences.ts'
import { readBack } from './readBack.ts'
import { tryCatch } from './tryCatch.ts'

/** The subject of a check: a decider with its invariants and codec. */
export interface DeciderUnderTest<C, Ev, S, Err> {
  readonly decider: Decider<C, Ev, S, Err>
  readonly codec: EventCodecLike<Ev> | undefined
  readonly invariants: ReadonlyArray<readonly [name: string, invariant: Invariant<C, Ev, S, Err>]>
}

/** The half of an event codec that is needed here; its events are of any type. */
export type EventCodecLike<Ev> = {
  readonly encode: (event: Ev) => ReturnType<EventCodec<Event>['encode']>
  readonly decode: (event: Parameters<EventCodec<Event>['decode']>[0]) => E.Either<unknown, ReadonlyArray<Ev>>
}

/** Commands, one after another, and undecided events, which are folded into every state on the way. */
export interface History<C, Ev> {
  readonly commands: ReadonlyArray<C>
  readonly strays: ReadonlyArray<Ev>
}

/** Checks whether two failures have the same subject: while one is shrunk, another does not count. */
export const isSameViolation = (one: Violation, other: Violation): boolean =>
  one.law === other.law && one.invariant === other.invariant

/** A violation and its history: `commands` end with the one that caused it. */
export interface Failure<C, Ev, Err> extends Violation {
  readonly commands: ReadonlyArray<C>
  readonly given: ReadonlyArray<Ev>
  readonly answer: E.Either<Err, ReadonlyArray<Ev>> | undefined
}

/** The state after an event, and the same by way of the store. */
const evolveBy = <C, Ev, S, Err>(
  { decider, codec }: DeciderUnderTest<C, Ev, S, Err>,
  state: S,
  event: Ev,
): E.Either<Violation, S> => {
  const next = checkPurity('evolve', () => decider.evolve(state, event), { state, event })
  if (E.isLeft(next) || codec === undefined) return next
  const encoded = codec.encode(event)
  if (E.isLeft(encoded)) {
    const { type, path, why } = encoded.left
    return violation('NotStored', `${type} cannot be stored: ${path}: ${why}`)
  }
  const decoded = codec.decode(readBack(encoded.right))
  if (E.isLeft(decoded))
    return violation('StoredDiffers', `the event cannot be read again: ${describeUnknown(decoded.left)}`)
  const different = describeDifferences([event], decoded.right, 'events')
  if (different !== '')
    return violation('StoredDiffers', `the event comes back from the store as another: ${different}`)
  const again = Decider.fold(decider)(decoded.right, state)
  return isEqual(next.right, again)
    ? next
    : violation(
        'StoredDiffers',
        `what comes back folds to another state: ${describeDifferences(next.right, again, 'state')}`,
      )
}

const evolveAll = <C, Ev, S, Err>(
  subject: DeciderUnderTest<C, Ev, S, Err>,
  state: S,
  events: ReadonlyArray<Ev>,
): E.Either<Violation, S> =>
  events.reduce<E.Either<Violation, S>>(
    (reached, event) => (E.isLeft(reached) ? reached : evolveBy(subject, reached.right, event)),
    E.right(state),
  )

/** Waits for the clock to move on, a millisecond at most; where a test has stopped the clock, it does not. */
const waitForNextMillisecond = (since: number): void => {
  for (let i = 0; i < 200_000 && Date.now() === since; i++);
}

/**
 * Runs a history and checks every law on the way; the first failure ends it. Last, all decisions are made once more at
 * a later time, which exposes a decision that reads the clock. That takes time, and is left out while another failure
 * is searched for.
 */
export const runHistory = <C, Ev, S, Err>(
  subject: DeciderUnderTest<C, Ev, S, Err>,
  { commands, strays }: History<C, Ev>,
  wanted?: Failure<C, Ev, Err>,
): Failure<C, Ev, Err> | undefined => {
  const { decider, invariants } = subject
  const start = Date.now()
  const decided: Array<{
    readonly command: C
    readonly before: S
    readonly decision: E.Either<Err, ReadonlyArray<Ev>>
  }> = []
  const past: Array<Ev> = []
  let before = decider.initialState
  for (const [i, command] of commands.entries()) {
    const failure = (
      { left }: E.Left<Violation>,
      given: ReadonlyArray<Ev> = past,
      answer?: E.Either<Err, ReadonlyArray<Ev>>,
    ) => ({ ...left, commands: commands.slice(0, i + 1), given: [...given], answer })

    for (const stray of strays) {
      const state = before
      const folded = checkPurity('evolve', () => decider.evolve(state, stray), { state, event: stray })
      if (E.isLeft(folded)) return failure(folded, [...past, stray])
    }
    const state = before
    const asked = checkPurity('decide', () => decider.decide(command, state), { command, state })
    if (E.isLeft(asked)) return failure(asked)
    const decision = asked.right
    const events = E.isLeft(decision) ? [] : decision.right
    const after = evolveAll(subject, state, events)
    if (E.isLeft(after)) return failure(after, past, decision)
    const all = [...past, ...events]
    const transition = { before, command, decision, events: all }
    for (const [name, invariant] of invariants) {
      const held = tryCatch(() => invariant(after.right, transition))
      if (E.isLeft(held) || held.right === false) {
        const why = `${name}: ${E.isLeft(held) ? held.left : 'does not hold'}`
        const broken: E.Left<Violation> = { _tag: 'Left', left: { law: 'InvariantBroken', invariant: name, why } }
        return failure(broken, past, decision)
      }
    }
    decided.push({ command, before, decision })
    past.push(...events)
    before = after.right
  }
  if (wanted !== undefined && wanted.law !== 'DecideDiffers') return undefined
  waitForNextMillisecond(start)
  const given: Array<Ev> = []
  for (const [i, { command, before: state, decision }] of decided.entries()) {
    const again = tryCatch(() => decider.decide(command, state))
    if (E.isLeft(again) || !isEqual(decision, again.right)) {
      const what = E.isLeft(again) ? `it threw ${again.left}` : describeDifferences(decision, again.right, 'decision')
      const why = `decide answered otherwise when it was asked the same a little later: ${what}`
      return { law: 'DecideDiffers', why, commands: commands.slice(0, i + 1), given: [...given], answer: decision }
    }
    if (E.isRight(decision)) given.push(...decision.right)
  }
  return undefined
}
