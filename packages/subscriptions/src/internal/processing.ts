import type { DocumentChange, HandlerDocument } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { LRUCache } from 'lru-cache'
import type { FailurePolicy, HandlingFailure } from '../FailurePolicy.ts'
import type { Send } from '../Send.ts'
import { ask } from './asking.ts'
import { verdictOn } from './attempting.ts'
import type { Delivery } from './Delivery.ts'
import { idOf } from './keys.ts'
import { makeOutbox } from './Outbox.ts'
import {
  type AnyInput,
  type Cause,
  decodeProcess,
  noProcess,
  type Process,
  type ProcessFunctions,
  react,
  timerGone,
} from './process.ts'
import { nothing, type Parking, type Stop, type Turn, type Turned, type Work, type WorkTools } from './Work.ts'

export interface ProcessingOptions extends ProcessFunctions {
  readonly policy: FailurePolicy
  readonly send: Send
  readonly cache: number
  readonly concurrency: number
}

const TimerData = t.strict({ process: t.string, timer: t.string })

/** What inputs came to: processes, and documents of all kinds. Later ones replace earlier ones under the same key. */
interface Folded {
  readonly processes: Map<string, Process>
  readonly documents: Map<string, DocumentChange>
  readonly parked: Array<Parking>
  sent: number
  stop?: Stop
}

const fresh = (changes: ReadonlyArray<DocumentChange> = []): Folded => {
  const folded: Folded = { processes: new Map(), documents: new Map(), parked: [], sent: 0 }
  write(folded, changes)
  return folded
}

const write = ({ documents }: Folded, changes: ReadonlyArray<DocumentChange>): void => {
  for (const change of changes) documents.set(`${change.kind}\n${change.key}`, change)
}

/** One input of a process, and what set it off. */
interface Step {
  readonly input: AnyInput
  readonly cause: Cause
}

/** An event that was split makes several, each with an id of its own for what follows from it. */
const stepsOf = ({ event, content }: Delivery): E.Either<HandlingFailure, ReadonlyArray<Step>> => {
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
 * The work of a process manager. State, commands to send, timers and the checkpoint are one commit, so after any crash either all of what an event set
 * off is there, or nothing and the event comes again. A command that was committed is sent until it is answered, by whoever holds the partition; its id
 * is made of its cause, so the dispatcher answers a second time with the first result.
 */
export const processingWork =
  (options: ProcessingOptions) =>
  (tools: WorkTools): Work => {
    const { policy } = options
    const { store, partition, logger } = tools
    const { name, generation } = partition
    const cache = new LRUCache<string, Process>({ max: options.cache })
    const decode = decodeProcess(options)
    /** What the turn under way will have changed, when it is committed. */
    let pending = fresh()

    /** What is stored of processes that are not in memory. */
    const load = async (keys: Iterable<string>) => {
      const missing = [...new Set(keys)].filter((key) => !cache.has(key))
      const found = new Map<string, unknown>()
      for (let i = 0; i < missing.length; i += 10_000) {
        const some = missing.slice(i, i + 10_000)
        const read = await ask(store.getDocuments({ name, generation, kind: 'process' }, some))
        if (E.isLeft(read)) return read
        for (const { key, data } of read.right) found.set(key, data)
      }
      return E.right(found)
    }

    const current = (
      folded: Folded,
      loaded: ReadonlyMap<string, unknown>,
      key: string,
    ): E.Either<HandlingFailure, Process> => {
      const known = folded.processes.get(key) ?? cache.get(key)
      if (known !== undefined) return E.right(known)
      const stored = loaded.get(key)
      return stored === undefined ? E.right(noProcess) : decode(key, stored)
    }

    /** Folds steps of a process into what came before them, all or none. */
    const fold = (
      folded: Folded,
      before: Process,
      key: string,
      steps: ReadonlyArray<Step>,
    ): E.Either<HandlingFailure, void> => {
      const setting = { manager: name, revision: tools.revision() }
      const changes: Array<DocumentChange> = []
      let [process, sent] = [before, folded.sent]
      for (const { input, cause } of steps) {
        const reacted = react(options, setting, key, process, input, cause, sent)
        if (E.isLeft(reacted)) return reacted
        process = reacted.right.process
        sent += reacted.right.sent
        changes.push(...reacted.right.changes)
      }
      folded.processes.set(key, process)
      folded.sent = sent
      write(folded, changes)
      return E.right(undefined)
    }

    const turnOf = (folded: Folded): Turn => {
      pending = folded
      const { documents, parked, stop } = folded
      return { changes: [...documents.values()], parked, ...(stop === undefined ? undefined : { stop }) }
    }

    const foldAll = (batch: ReadonlyArray<Delivery>, loaded: ReadonlyMap<string, unknown>): Folded => {
      const folded = fresh()
      const blocked = new Set<string>()

      const foldOne = (delivery: Delivery): E.Either<HandlingFailure, void> => {
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
        const verdict = verdictOn(policy, done.left, event)
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

    /** There is no event to park, and a timer or a refusal must not be lost: the handler stops, with the reason. */
    const stopAt = (why: HandlingFailure): Turned => E.right({ ...nothing, stop: { why } })

    const fire = async (documents: ReadonlyArray<HandlerDocument>): Promise<Turned> => {
      const timers = documents.flatMap(({ data, due }) => {
        const timer = TimerData.decode(data)
        return E.isRight(timer) && due !== null ? [{ ...timer.right, due }] : []
      })
      const loaded = await load(timers.map(({ process }) => process))
      if (E.isLeft(loaded)) return loaded
      const folded = fresh()
      for (const { process: key, timer, due } of timers) {
        const process = current(folded, loaded.right, key)
        if (E.isLeft(process)) return stopAt(process.left)
        const at = process.right.timers.get(timer)
        // Cancelled meanwhile, or the process has ended; or it was set to another time, and will be found again.
        if (at === undefined) write(folded, [timerGone(key, timer)])
        if (at !== due.getTime()) continue
        const cause = { id: idOf(timer, `${at}`), correlationId: undefined }
        const done = fold(folded, process.right, key, [{ input: { _tag: 'TimerFired', timer, dueAt: due }, cause }])
        if (E.isLeft(done)) return stopAt(done.left)
      }
      return E.right(turnOf(folded))
    }

    const outbox = makeOutbox({
      tools,
      send: options.send,
      concurrency: options.concurrency,
      onAnswered: async (keys) => E.right(turnOf(fresh(keys.map((key) => ({ kind: 'command', key }))))),
      onRefused:
        (key, { process, command, commandId, correlationId }, error) =>
        async () => {
          const loaded = await load([process])
          if (E.isLeft(loaded)) return loaded
          const before = current(fresh(), loaded.right, process)
          if (E.isLeft(before)) return stopAt(before.left)
          const folded = fresh([{ kind: 'command', key }])
          if (!before.right.begun) {
            logger.warn('a command was refused whose process has ended', { name, process, commandId, why: error })
            return E.right(turnOf(folded))
          }
          const cause = { id: idOf(commandId, 'refused'), correlationId: correlationId ?? undefined }
          const done = fold(folded, before.right, process, [
            { input: { _tag: 'CommandRefused', command, error }, cause },
          ])
          return E.isLeft(done) ? stopAt(done.left) : E.right(turnOf(folded))
        },
    })

    return {
      open: outbox.open,
      handle: async (batch) => {
        const loaded = await load(batch.map(({ lane }) => lane))
        return E.isLeft(loaded) ? loaded : E.right(turnOf(foldAll(batch, loaded.right)))
      },
      fire,
      committed: () => {
        for (const [key, process] of pending.processes) cache.set(key, process)
        outbox.committed([...pending.documents.values()].filter(({ kind }) => kind === 'command'))
        pending = fresh()
      },
      full: outbox.full,
      close: () => outbox.close(),
    }
  }
