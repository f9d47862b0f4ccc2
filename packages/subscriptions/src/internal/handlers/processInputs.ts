import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import type { HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { runSafely } from '../async/runSafely.ts'
import { sleep } from '../async/timers.ts'
import type { CommandToSend } from './CommandToSend.ts'
import { derivedId } from './documentKeys.ts'
import { emptyUnit, type HandlerWorker, type UnitOfWork, type UnitResult, type WorkerContext } from './HandlerWorker.ts'
import { makeHeldInputs } from './HeldInputs.ts'
import type { Lookup } from './loadDocuments.ts'
import { type ParkInput, storableError } from './ParkedInput.ts'
import { changeDocuments, type ProcessChanges, type ProcessStep, processChanges } from './ProcessChanges.ts'
import type { ProcessInstance } from './ProcessInstance.ts'
import { removeTimer, storeTimer, timerCauseId } from './processReactions.ts'

// The inputs of processes that are no events: timers, and refusals of commands.
//
// An input waits behind the parked events of its process: one of them may cancel the timer, or end the process. An
// event that cannot be decoded may be for any process that gets events of several streams, so all of these wait for it.
// A timer that waits stays in the store, and is looked at again later. The command of a refusal that waits stays in the
// store, too: the next owner of the partition sends it again, and is answered the same.
//
// An input that fails is parked in the lane of its process. Only that process waits; the others go on.

type Loaded<A> = Promise<E.Either<InvalidInput | StoreUnavailable, A>>

export interface ProcessInputsOptions {
  readonly context: WorkerContext
  readonly load: (keys: ReadonlyArray<string>) => Loaded<Lookup<ProcessInstance, HandlerFailure>>
  readonly apply: (
    changes: ProcessChanges,
    key: string,
    before: ProcessInstance,
    step: ProcessStep,
  ) => E.Either<HandlerFailure, void>
  readonly unitOf: (changes: ProcessChanges) => UnitOfWork
}

export interface ProcessInputs extends Pick<HandlerWorker, 'fire' | 'retryInput' | 'onLanesChanged'> {
  /** Lets a process react to the refusal of the command with this key. */
  readonly refuse: (key: string, command: CommandToSend, error: unknown) => void
}

const TimerData = t.strict({ process: t.string, timer: t.string })

const timersOf = (documents: ReadonlyArray<HandlerDocument>) =>
  documents.flatMap(({ data, due }) => {
    const timer = TimerData.decode(data)
    return E.isRight(timer) && due !== null ? [{ ...timer.right, due, document: { data, due } }] : []
  })

/** Milliseconds until an input that waits is looked at again, unless the events of its process are unparked before. */
const recheckAfter = 10_000

const timerStep = (timer: string, set: NonNullable<ReturnType<ProcessInstance['timers']['get']>>): ProcessStep => ({
  input: { _tag: 'TimerFired', timer, dueAt: new Date(set.at) },
  cause: { id: timerCauseId(timer, set), correlationId: undefined },
})

const refusalStep = ({ command, commandId, correlationId }: CommandToSend, error: unknown): ProcessStep => ({
  input: { _tag: 'CommandRejected', command, error },
  cause: { id: derivedId(commandId, 'refused'), correlationId: correlationId ?? undefined },
})

/**
 * Whether a command was sent by an earlier process of the same key, which has ended. A process that an earlier version
 * has begun has no identity, and takes every refusal.
 */
const isOfEarlier = ({ instance: sender }: CommandToSend, { started, instance }: ProcessInstance): boolean =>
  !started || (instance !== undefined && instance !== sender)

export const makeProcessInputs = ({ context, load, apply, unitOf }: ProcessInputsOptions): ProcessInputs => {
  const { store, partition, logger, clock, draining, enqueue, isBlocked, hasBlocked } = context
  const { name, generation } = partition
  const held = makeHeldInputs()

  /** Whether an event is parked of which no lane is known. */
  const unknownIsParked = async (): Loaded<boolean> => {
    const where = { whole: true, behind: false }
    const query = { name, generation, kind: 'parked', partitions: [partition.partition], where, count: 1 } as const
    return E.map(({ documents }: { readonly documents: ReadonlyArray<unknown> }) => documents.length > 0)(
      await runSafely(store.listDocuments(query)),
    )
  }

  const mustWait = async (key: string, { acrossStreams }: ProcessInstance): Loaded<boolean> =>
    isBlocked(key) || !acrossStreams || !hasBlocked() ? E.right(isBlocked(key)) : unknownIsParked()

  const fire = async (documents: ReadonlyArray<Pick<HandlerDocument, 'data' | 'due'>>, now: number) => {
    const timers = timersOf(documents as ReadonlyArray<HandlerDocument>)
    const stored = await load(timers.map(({ process }) => process))
    if (E.isLeft(stored)) return stored
    const changes = processChanges()
    const parkedInputs: Array<ParkInput> = []
    for (const { process: key, timer, due, document } of timers) {
      const changed = changes.processes.get(key)
      const process = changed === undefined ? stored.right(key) : E.right(changed)
      const set = E.isRight(process) ? process.right.timers.get(timer) : undefined
      // Cancelled meanwhile, or the process has ended.
      if (E.isRight(process) && set === undefined) changeDocuments(changes, [removeTimer(key, timer)])
      // Moved meanwhile: it will be found again.
      if (E.isRight(process) && (set === undefined || set.at > due.getTime())) continue
      const waits = E.isRight(process) ? await mustWait(key, process.right) : E.right(isBlocked(key))
      if (E.isLeft(waits)) return waits
      if (waits.right || parkedInputs.some(({ lane }) => lane === key)) {
        held.hold(key, `timer\n${timer}`, () => enqueue(() => fire([document], clock())))
        changeDocuments(changes, [storeTimer(key, timer, new Date(now + recheckAfter))])
        continue
      }
      const done = E.isLeft(process)
        ? process
        : set === undefined
          ? E.right(undefined)
          : apply(changes, key, process.right, timerStep(timer, set))
      if (E.isRight(done)) continue
      changeDocuments(changes, [removeTimer(key, timer)])
      const dueAt = set?.at ?? due.getTime()
      parkedInputs.push({ lane: key, input: { _tag: 'timer', timer, dueAt }, why: done.left })
    }
    return E.right({ ...unitOf(changes), parkedInputs })
  }

  const logEnded = ({ process, commandId }: CommandToSend, error: unknown): void =>
    logger.warn('the process of a rejected command has ended', {
      handler: name,
      generation,
      partition: partition.partition,
      process,
      commandId,
      why: error,
    })

  const onRefused = (key: string, command: CommandToSend, error: unknown) => async (): Promise<UnitResult> => {
    const { process } = command
    const stored = await load([process])
    if (E.isLeft(stored)) return stored
    const before = stored.right(process)
    const changes = processChanges([{ kind: 'command', key }])
    if (E.isRight(before) && isOfEarlier(command, before.right)) {
      logEnded(command, error)
      return E.right(unitOf(changes))
    }
    const waits = E.isRight(before) ? await mustWait(process, before.right) : E.right(isBlocked(process))
    if (E.isLeft(waits)) return waits
    if (waits.right) {
      if (isBlocked(process)) held.hold(process, key, () => refuse(key, command, error))
      else void sleep(recheckAfter, draining).then(() => draining.aborted || refuse(key, command, error))
      return E.right(emptyUnit)
    }
    const done = E.isLeft(before) ? before : apply(changes, process, before.right, refusalStep(command, error))
    if (E.isRight(done)) return E.right(unitOf(changes))
    const input = { _tag: 'refusal', command, error: storableError(error) } as const
    const unit = unitOf(processChanges([{ kind: 'command', key }]))
    return E.right({ ...unit, parkedInputs: [{ lane: process, input, why: done.left }] })
  }

  const refuse: ProcessInputs['refuse'] = (key, command, error) => enqueue(onRefused(key, command, error))

  const retryInput: ProcessInputs['retryInput'] = async (key, input) => {
    const stored = await load([key])
    if (E.isLeft(stored)) return stored
    const before = stored.right(key)
    if (E.isLeft(before)) return E.right(before)
    const changes = processChanges()
    const set = input._tag === 'timer' ? before.right.timers.get(input.timer) : undefined
    if (input._tag === 'timer' ? set?.at !== input.dueAt : isOfEarlier(input.command, before.right)) {
      if (input._tag === 'refusal') logEnded(input.command, input.error)
      return E.right(E.right(emptyUnit))
    }
    const step =
      input._tag === 'refusal'
        ? refusalStep(input.command, input.error)
        : timerStep(input.timer, set ?? { at: input.dueAt, setting: undefined })
    const done = apply(changes, key, before.right, step)
    return E.right(E.isLeft(done) ? done : E.right(unitOf(changes)))
  }

  return { fire, retryInput, refuse, onLanesChanged: () => held.releaseUnless(isBlocked) }
}
