import type { DocumentChange, HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { LRUCache } from 'lru-cache'
import type { FailurePolicy, HandlerFailure } from '../../FailurePolicy.ts'
import type { SendCommand } from '../../SendCommand.ts'
import { runSafely } from '../async/runSafely.ts'
import type { Delivery } from './Delivery.ts'
import { derivedId } from './documentKeys.ts'
import {
  emptyUnit,
  type HandlerWorker,
  type ParkRequest,
  type StopRequest,
  type UnitOfWork,
  type UnitResult,
  type WorkerContext,
} from './HandlerWorker.ts'
import { makeOutbox } from './Outbox.ts'
import {
  type AnyProcessInput,
  type Cause,
  decodeProcess,
  notStarted,
  type ProcessFunctions,
  type ProcessInstance,
  react,
  removeTimer,
} from './ProcessInstance.ts'
import { verdictFor } from './userCode.ts'

export interface ProcessManagerWorkerOptions extends ProcessFunctions {
  readonly policy: FailurePolicy
  readonly send: SendCommand
  readonly cache: number
  readonly concurrency: number
}

const TimerData = t.strict({ process: t.string, timer: t.string })

/**
 * The result of folding inputs: processes, and documents of all kinds. Later documents replace earlier ones under the
 * same key.
 */
interface FoldResult {
  readonly processes: Map<string, ProcessInstance>
  readonly documents: Map<string, DocumentChange>
  readonly parked: Array<ParkRequest>
  sent: number
  stop?: StopRequest
}

const emptyFold = (changes: ReadonlyArray<DocumentChange> = []): FoldResult => {
  const folded: FoldResult = { processes: new Map(), documents: new Map(), parked: [], sent: 0 }
  addChanges(folded, changes)
  return folded
}

const addChanges = ({ documents }: FoldResult, changes: ReadonlyArray<DocumentChange>): void => {
  for (const change of changes) documents.set(`${change.kind}\n${change.key}`, change)
}

/** One input of a process, and its cause. */
interface Step {
  readonly input: AnyProcessInput
  readonly cause: Cause
}

/** An event that was split makes several inputs, each with a cause id of its own. */
const stepsOf = ({ event, content }: Delivery): E.Either<HandlerFailure, ReadonlyArray<Step>> => {
  const { id, metadata } = event
  if (E.isLeft(content)) return content
  return E.right(
    content.right.map((one, i) => ({
      input: { _tag: 'EventHappened', event: one },
      cause: { id: i === 0 ? id : `${id}.${i}`, correlationId: metadata.correlationId },
    })),
  )
}

/**
 * The worker of a process manager. State, commands to send, timers and the checkpoint are one commit: after any crash,
 * either all results of an event are stored, or none and the event is redelivered. A committed command is sent until it
 * is answered, by the current owner of the partition. Its id is derived from its cause, so the dispatcher answers a
 * repeated command with the first result.
 */
export const processManagerWorker =
  (options: ProcessManagerWorkerOptions) =>
  (context: WorkerContext): HandlerWorker => {
    const { policy } = options
    const { store, partition, logger } = context
    const { name, generation } = partition
    const cache = new LRUCache<string, ProcessInstance>({ max: options.cache })
    const decode = decodeProcess(options)
    /** What the unit of work in progress will have changed, when it is committed. */
    let pending = emptyFold()

    /** Loads the stored processes that are not in memory. */
    const load = async (keys: Iterable<string>) => {
      const missing = [...new Set(keys)].filter((key) => !cache.has(key))
      const found = new Map<string, unknown>()
      for (let i = 0; i < missing.length; i += 10_000) {
        const some = missing.slice(i, i + 10_000)
        const read = await runSafely(store.getDocuments({ name, generation, kind: 'process' }, some))
        if (E.isLeft(read)) return read
        for (const { key, data } of read.right) found.set(key, data)
      }
      return E.right(found)
    }

    const current = (
      folded: FoldResult,
      loaded: ReadonlyMap<string, unknown>,
      key: string,
    ): E.Either<HandlerFailure, ProcessInstance> => {
      const known = folded.processes.get(key) ?? cache.get(key)
      if (known !== undefined) return E.right(known)
      const stored = loaded.get(key)
      return stored === undefined ? E.right(notStarted) : decode(key, stored)
    }

    /** Folds steps of a process into a result, all or none. */
    const fold = (
      folded: FoldResult,
      before: ProcessInstance,
      key: string,
      steps: ReadonlyArray<Step>,
    ): E.Either<HandlerFailure, void> => {
      const scope = { manager: name, revision: context.revision() }
      const changes: Array<DocumentChange> = []
      let [process, sent] = [before, folded.sent]
      for (const { input, cause } of steps) {
        const reacted = react(options, scope, key, process, input, cause, sent)
        if (E.isLeft(reacted)) return reacted
        process = reacted.right.process
        sent += reacted.right.sent
        changes.push(...reacted.right.changes)
      }
      folded.processes.set(key, process)
      folded.sent = sent
      addChanges(folded, changes)
      return E.right(undefined)
    }

    const unitOf = (folded: FoldResult): UnitOfWork => {
      pending = folded
      const { documents, parked, stop } = folded
      return { changes: [...documents.values()], parked, ...(stop === undefined ? undefined : { stop }) }
    }

    const foldAll = (batch: ReadonlyArray<Delivery>, loaded: ReadonlyMap<string, unknown>): FoldResult => {
      const folded = emptyFold()
      const blocked = new Set<string>()

      const foldOne = (delivery: Delivery): E.Either<HandlerFailure, void> => {
        const steps = stepsOf(delivery)
        if (E.isLeft(steps)) return steps
        const before = current(folded, loaded, delivery.lane)
        return E.isLeft(before) ? before : fold(folded, before.right, delivery.lane, steps.right)
      }

      for (const delivery of batch) {
        const { lane, event } = delivery
        if (blocked.has(lane)) {
          folded.parked.push({ delivery, why: 'behind' })
          continue
        }
        const done = foldOne(delivery)
        if (E.isRight(done)) continue
        const verdict = verdictFor(policy, done.left, event)
        if (verdict === 'stop') {
          const before = batch.filter((other) => other.event.position < event.position)
          return { ...foldAll(before, loaded), stop: { event, why: done.left } }
        }
        if (verdict === 'skip') continue
        folded.parked.push({ delivery, why: done.left })
        blocked.add(lane)
      }
      return folded
    }

    /** There is no event to park, and a timer or a rejection must not be lost: the handler stops, with the reason. */
    const stopFor = (why: HandlerFailure): UnitResult => E.right({ ...emptyUnit, stop: { why } })

    const fire = async (documents: ReadonlyArray<HandlerDocument>): Promise<UnitResult> => {
      const timers = documents.flatMap(({ data, due }) => {
        const timer = TimerData.decode(data)
        return E.isRight(timer) && due !== null ? [{ ...timer.right, due }] : []
      })
      const loaded = await load(timers.map(({ process }) => process))
      if (E.isLeft(loaded)) return loaded
      const folded = emptyFold()
      for (const { process: key, timer, due } of timers) {
        const process = current(folded, loaded.right, key)
        if (E.isLeft(process)) return stopFor(process.left)
        const at = process.right.timers.get(timer)
        // Cancelled meanwhile, or the process has ended; or it was rescheduled, and will be found again.
        if (at === undefined) addChanges(folded, [removeTimer(key, timer)])
        if (at !== due.getTime()) continue
        const cause = { id: derivedId(timer, `${at}`), correlationId: undefined }
        const done = fold(folded, process.right, key, [{ input: { _tag: 'TimerFired', timer, dueAt: due }, cause }])
        if (E.isLeft(done)) return stopFor(done.left)
      }
      return E.right(unitOf(folded))
    }

    const outbox = makeOutbox({
      workerContext: context,
      send: options.send,
      concurrency: options.concurrency,
      onAnswered: async (keys) => E.right(unitOf(emptyFold(keys.map((key) => ({ kind: 'command', key }))))),
      onRejected:
        (key, { process, command, commandId, correlationId }, error) =>
        async () => {
          const loaded = await load([process])
          if (E.isLeft(loaded)) return loaded
          const before = current(emptyFold(), loaded.right, process)
          if (E.isLeft(before)) return stopFor(before.left)
          const folded = emptyFold([{ kind: 'command', key }])
          if (!before.right.started) {
            logger.warn('the process of a rejected command has ended', { name, process, commandId, why: error })
            return E.right(unitOf(folded))
          }
          const cause = { id: derivedId(commandId, 'refused'), correlationId: correlationId ?? undefined }
          const done = fold(folded, before.right, process, [
            { input: { _tag: 'CommandRejected', command, error }, cause },
          ])
          return E.isLeft(done) ? stopFor(done.left) : E.right(unitOf(folded))
        },
    })

    return {
      restore: outbox.restore,
      handle: async (batch) => {
        const loaded = await load(batch.map(({ lane }) => lane))
        return E.isLeft(loaded) ? loaded : E.right(unitOf(foldAll(batch, loaded.right)))
      },
      fire,
      committed: () => {
        for (const [key, process] of pending.processes) cache.set(key, process)
        outbox.committed([...pending.documents.values()].filter(({ kind }) => kind === 'command'))
        pending = emptyFold()
      },
      full: outbox.full,
      close: () => outbox.close(),
    }
  }
