import { CommandForms, type CommandTarget } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { LRUCache } from 'lru-cache'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import type { SendCommand } from '../../SendCommand.ts'
import type { Delivery } from './Delivery.ts'
import { emptyUnit, type HandlerWorker, type UnitOfWork, type UnitResult, type WorkerContext } from './HandlerWorker.ts'
import { type CachedDocuments, type Lookup, loadDocuments, takingFrom } from './loadDocuments.ts'
import { makeOutbox } from './Outbox.ts'
import { applySteps, type ProcessChanges, type ProcessStep, processChanges, stepsOf } from './ProcessChanges.ts'
import { decodeProcess, notStarted, type ProcessInstance, storeProcess } from './ProcessInstance.ts'
import { makeProcessInputs } from './processInputs.ts'
import { onCopies, type ProcessFunctions } from './processReactions.ts'
import { type AnyState, makeProcessState } from './processState.ts'
import { type Verdicts, walkLanes } from './walkLanes.ts'

export interface ProcessManagerWorkerOptions extends Omit<ProcessFunctions, 'states' | 'commands'> {
  /** The targets of its commands. */
  readonly to: ReadonlyArray<CommandTarget>
  readonly state: AnyState
  readonly policy: FailurePolicy
  readonly send: SendCommand
  readonly cache: number
  readonly concurrency: number
  /** Milliseconds that one attempt to send a command may take. */
  readonly timeout: number
}

type StoredProcesses = Lookup<ProcessInstance, HandlerFailure>

/**
 * The worker of a process manager. State, commands to send, timers and the checkpoint are one commit: after any crash,
 * either all results of an event are stored, or none and the event is redelivered. A committed command is sent until it
 * is answered, by the current owner of the partition. Its id is derived from its cause, so the dispatcher answers a
 * repeated command with the first result.
 */
export const processManagerWorker =
  (options: ProcessManagerWorkerOptions) =>
  (context: WorkerContext): HandlerWorker => {
    const { store, partition } = context
    const commands = CommandForms.of(options.to)
    const functions: ProcessFunctions = { ...options, states: makeProcessState(options.state), commands }
    const { name, generation } = partition
    const cache = new LRUCache<string, ProcessInstance>({ max: options.cache })
    const documents: CachedDocuments<ProcessInstance, HandlerFailure> = {
      store,
      documents: { name, generation, kind: 'process' },
      memory: takingFrom(cache),
      absent: notStarted,
      decode: decodeProcess(functions.states),
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

    const copying = onCopies(functions)

    const apply = (
      changes: ProcessChanges,
      key: string,
      before: ProcessInstance,
      steps: ReadonlyArray<ProcessStep>,
      by: ProcessFunctions = copying,
    ) =>
      applySteps(changes, by, { manager: name, revision: context.revision(), now: context.clock() }, key, before, steps)

    /** A failed input may have changed its state in place, so the batch is handled again, on copies. */
    const handleBy = async (batch: ReadonlyArray<Delivery>, by: ProcessFunctions): Promise<UnitResult> => {
      const stored = await load(batch.map(({ lane }) => lane))
      if (E.isLeft(stored)) return stored
      const { state, ...verdicts } = walkLanes(batch, options.policy, processChanges, (changes, delivery) => {
        const steps = stepsOf(delivery)
        if (E.isLeft(steps)) return steps
        const before = current(changes, stored.right, delivery.lane)
        return E.isLeft(before) ? before : apply(changes, delivery.lane, before.right, steps.right, by)
      })
      const { parked, skipped = [], stop } = verdicts
      const hasFailed = stop !== undefined || parked.length > 0 || skipped.length > 0
      return hasFailed && by !== copying ? handleBy(batch, copying) : E.right(unitOf(state, verdicts))
    }

    const handle: HandlerWorker['handle'] = (batch) => handleBy(batch, functions)

    const inputs = makeProcessInputs({
      context,
      commands,
      load,
      apply: (changes, key, before, step) => apply(changes, key, before, [step]),
      unitOf,
      storeProcess: (key, process) => storeProcess(functions.states, key, process),
    })

    const outbox = makeOutbox({
      workerContext: context,
      send: options.send,
      decode: commands.decode,
      concurrency: options.concurrency,
      timeout: options.timeout,
      onAnswered: async (keys) => E.right(unitOf(processChanges(keys.map((key) => ({ kind: 'command', key }))))),
      onRejected: inputs.reject,
    })

    return {
      restore: outbox.restore,
      handle,
      fire: inputs.fire,
      retryInput: inputs.retryInput,
      onLanesChanged: inputs.onLanesChanged,
      full: outbox.full,
      waitingCommands: outbox.waiting,
      close: outbox.close,
    }
  }
