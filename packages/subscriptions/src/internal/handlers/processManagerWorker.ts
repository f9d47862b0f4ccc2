import type { HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { LRUCache } from 'lru-cache'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import type { SendCommand } from '../../SendCommand.ts'
import { derivedId } from './documentKeys.ts'
import { emptyUnit, type HandlerWorker, type UnitOfWork, type UnitResult, type WorkerContext } from './HandlerWorker.ts'
import { type CachedDocuments, type Lookup, loadDocuments } from './loadDocuments.ts'
import { type CommandToSend, makeOutbox } from './Outbox.ts'
import {
  applySteps,
  changeDocuments,
  type ProcessChanges,
  type ProcessStep,
  processChanges,
  stepsOf,
} from './ProcessChanges.ts'
import {
  decodeProcess,
  notStarted,
  type ProcessFunctions,
  type ProcessInstance,
  removeTimer,
} from './ProcessInstance.ts'
import { type Verdicts, walkLanes } from './walkLanes.ts'

export interface ProcessManagerWorkerOptions extends ProcessFunctions {
  readonly policy: FailurePolicy
  readonly send: SendCommand
  readonly cache: number
  readonly concurrency: number
}

type StoredProcesses = Lookup<ProcessInstance, HandlerFailure>

const TimerData = t.strict({ process: t.string, timer: t.string })

const timersOf = (documents: ReadonlyArray<HandlerDocument>) =>
  documents.flatMap(({ data, due }) => {
    const timer = TimerData.decode(data)
    return E.isRight(timer) && due !== null ? [{ ...timer.right, due }] : []
  })

/** There is no event to park, and a timer or a rejection must not be lost: the handler stops, with the reason. */
const stopFor = (why: HandlerFailure): UnitResult => E.right({ ...emptyUnit, stop: { why } })

/**
 * The worker of a process manager. State, commands to send, timers and the checkpoint are one commit: after any crash,
 * either all results of an event are stored, or none and the event is redelivered. A committed command is sent until it
 * is answered, by the current owner of the partition. Its id is derived from its cause, so the dispatcher answers a
 * repeated command with the first result.
 */
export const processManagerWorker =
  (options: ProcessManagerWorkerOptions) =>
  (context: WorkerContext): HandlerWorker => {
    const { store, partition, logger } = context
    const { name, generation } = partition
    const cache = new LRUCache<string, ProcessInstance>({ max: options.cache })
    const documents: CachedDocuments<ProcessInstance, HandlerFailure> = {
      store,
      documents: { name, generation, kind: 'process' },
      memory: cache,
      absent: notStarted,
      decode: decodeProcess(options),
    }
    const load = (keys: ReadonlyArray<string>) => loadDocuments(documents, keys)

    const unitOf = ({ processes, documents }: ProcessChanges, verdicts?: Verdicts): UnitOfWork => {
      const changes = [...documents.values()]
      const onCommitted = (): void => {
        for (const [key, process] of processes) cache.set(key, process)
        outbox.committed(changes.filter(({ kind }) => kind === 'command'))
      }
      return { ...emptyUnit, ...verdicts, changes, onCommitted }
    }

    const current = ({ processes }: ProcessChanges, stored: StoredProcesses, key: string) => {
      const changed = processes.get(key)
      return changed === undefined ? stored(key) : E.right(changed)
    }

    const apply = (changes: ProcessChanges, key: string, before: ProcessInstance, steps: ReadonlyArray<ProcessStep>) =>
      applySteps(changes, options, { manager: name, revision: context.revision() }, key, before, steps)

    const handle: HandlerWorker['handle'] = async (batch) => {
      const stored = await load(batch.map(({ lane }) => lane))
      if (E.isLeft(stored)) return stored
      const { state, ...verdicts } = walkLanes(batch, options.policy, processChanges, (changes, delivery) => {
        const steps = stepsOf(delivery)
        if (E.isLeft(steps)) return steps
        const before = current(changes, stored.right, delivery.lane)
        return E.isLeft(before) ? before : apply(changes, delivery.lane, before.right, steps.right)
      })
      return E.right(unitOf(state, verdicts))
    }

    const fire = async (documents: ReadonlyArray<HandlerDocument>): Promise<UnitResult> => {
      const timers = timersOf(documents)
      const stored = await load(timers.map(({ process }) => process))
      if (E.isLeft(stored)) return stored
      const changes = processChanges()
      for (const { process: key, timer, due } of timers) {
        const process = current(changes, stored.right, key)
        if (E.isLeft(process)) return stopFor(process.left)
        const at = process.right.timers.get(timer)
        // Cancelled meanwhile, or the process has ended; or it was rescheduled, and will be found again.
        if (at === undefined) changeDocuments(changes, [removeTimer(key, timer)])
        if (at !== due.getTime()) continue
        const cause = { id: derivedId(timer, `${at}`), correlationId: undefined }
        const done = apply(changes, key, process.right, [{ input: { _tag: 'TimerFired', timer, dueAt: due }, cause }])
        if (E.isLeft(done)) return stopFor(done.left)
      }
      return E.right(unitOf(changes))
    }

    const onRejected = (key: string, toSend: CommandToSend, error: unknown) => async (): Promise<UnitResult> => {
      const { process, command, commandId, correlationId } = toSend
      const stored = await load([process])
      if (E.isLeft(stored)) return stored
      const before = stored.right(process)
      if (E.isLeft(before)) return stopFor(before.left)
      const changes = processChanges([{ kind: 'command', key }])
      if (!before.right.started) {
        logger.warn('the process of a rejected command has ended', { name, process, commandId, why: error })
        return E.right(unitOf(changes))
      }
      const cause = { id: derivedId(commandId, 'refused'), correlationId: correlationId ?? undefined }
      const input = { _tag: 'CommandRejected', command, error } as const
      const done = apply(changes, process, before.right, [{ input, cause }])
      return E.isLeft(done) ? stopFor(done.left) : E.right(unitOf(changes))
    }

    const outbox = makeOutbox({
      workerContext: context,
      send: options.send,
      concurrency: options.concurrency,
      onAnswered: async (keys) => E.right(unitOf(processChanges(keys.map((key) => ({ kind: 'command', key }))))),
      onRejected,
    })

    return {
      restore: outbox.restore,
      handle,
      fire,
      full: outbox.full,
      close: outbox.close,
    }
  }
