import type { Command, DocumentChange, HandlerDocument } from '@foldlog/core'
import { Json } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { LRUCache } from 'lru-cache'
import type { AnyRecorded } from '../EventHandler.ts'
import type { FailurePolicy, HandlingFailure } from '../FailurePolicy.ts'
import type { Reaction } from '../ProcessManager.ts'
import type { Send } from '../Send.ts'
import { ask } from './asking.ts'
import { attempt, verdictOn } from './attempting.ts'
import type { Delivery } from './Delivery.ts'
import { type CommandToSend, makeOutbox } from './Outbox.ts'
import { nothing, type Parking, type Turn, type Turned, type Work, type WorkTools } from './Work.ts'

/** What a process reacts to, whatever its types. */
export type AnyInput =
  | { readonly _tag: 'EventHappened'; readonly event: AnyRecorded }
  | { readonly _tag: 'TimerFired'; readonly timer: string; readonly dueAt: Date }
  | { readonly _tag: 'CommandRefused'; readonly command: Command; readonly error: unknown }

export interface ProcessingOptions {
  readonly state: t.Mixed
  readonly initialState: unknown
  readonly evolve: (state: unknown, input: AnyInput) => unknown
  readonly react: (state: unknown, input: AnyInput) => ReadonlyArray<Reaction<Command>>
  readonly policy: FailurePolicy
  readonly send: Send
  readonly cache: number
  readonly concurrency: number
}

interface Kept {
  readonly state: unknown
}

/** What set a process going: its id makes the ids of the commands that follow from it. */
interface Cause {
  readonly id: string
  readonly correlationId: string | undefined
}

const TimerData = t.strict({ process: t.string, timer: t.string })

const timerKey = (process: string, timer: string): string => `${process}\u0001${timer}`

/** Sixteen digits hold every safe integer, so texts sort as numbers do. Commands of a process sort by the turn that made them, then by their place in it. */
const sortable = (n: number): string => String(n).padStart(16, '0')

/** What inputs came to: states, and documents of commands and timers. Later ones replace earlier ones under the same key. */
interface Folded {
  readonly states: Map<string, Kept>
  readonly documents: Map<string, DocumentChange>
  readonly parked: Array<Parking>
  stop?: Turn['stop']
}

const placeOf = ({ kind, key }: Pick<DocumentChange, 'kind' | 'key'>): string => `${kind}\n${key}`

/**
 * The work of a process manager. State, commands to send, timers and the checkpoint are one commit, so after any crash either all of what an event set
 * off is there, or nothing and the event comes again. A command that was committed is sent until it is answered, by whoever holds the partition; its id
 * is made of its cause, so the dispatcher answers a second time with the first result.
 */
export const processingWork =
  (options: ProcessingOptions) =>
  (tools: WorkTools): Work => {
    const { state: codec, initialState, evolve, react, policy } = options
    const { store, partition } = tools
    const { name, generation } = partition
    const cache = new LRUCache<string, Kept>({ max: options.cache })
    let pending: Folded = { states: new Map(), documents: new Map(), parked: [] }

    const load = async (keys: ReadonlyArray<string>) => {
      const missing = keys.filter((key) => !cache.has(key))
      const found = new Map<string, Kept>()
      if (missing.length === 0) return E.right(found)
      const read = await ask(store.getDocuments({ name, generation, kind: 'process' }, missing))
      if (E.isLeft(read)) return read
      for (const { key, data } of read.right) found.set(key, { state: data })
      return E.right(found)
    }

    const decode = ({ state }: Kept): E.Either<HandlingFailure, Kept> => {
      const decoded = attempt(() => codec.decode(state))
      if (E.isLeft(decoded)) return decoded
      return E.isRight(decoded.right)
        ? E.right({ state: decoded.right.right })
        : E.left({
            _tag: 'HandlerThrew',
            why: 'the stored state is not what its codec knows',
            cause: decoded.right.left,
          })
    }

    const stateChange = (key: string, { state }: Kept): E.Either<HandlingFailure, DocumentChange> => {
      if (state === undefined) return E.right({ kind: 'process', key })
      const encoded = attempt(() => Json.check('state')(codec.encode(state)))
      if (E.isLeft(encoded)) return encoded
      return E.isRight(encoded.right)
        ? E.right({ kind: 'process', key, data: encoded.right.right })
        : E.left({ _tag: 'HandlerRefused', error: encoded.right.left })
    }

    const documentOf = (
      process: string,
      cause: Cause,
      reaction: Reaction<Command>,
      i: number,
      place: number,
    ): DocumentChange | undefined => {
      switch (reaction._tag) {
        case 'Send': {
          const commandId = `${name}:${process}:${cause.id}:${i}`
          const data: CommandToSend = {
            process,
            command: reaction.command,
            commandId: commandId.slice(0, 512),
            correlationId: cause.correlationId ?? null,
            causationId: cause.id,
          }
          // Checked as JSON by the commit.
          return {
            kind: 'command',
            key: `${process}\u0001${sortable(tools.revision())}\u0001${sortable(place)}`,
            data: data as unknown as Json,
          }
        }
        case 'Schedule':
          return {
            kind: 'timer',
            key: timerKey(process, reaction.timer),
            data: { process, timer: reaction.timer },
            due: reaction.at,
          }
        case 'Cancel':
          return { kind: 'timer', key: timerKey(process, reaction.timer) }
        case 'End':
          return undefined
      }
    }

    const current = (
      folded: Folded,
      loaded: ReadonlyMap<string, Kept>,
      process: string,
    ): E.Either<HandlingFailure, Kept> => {
      const known = folded.states.get(process) ?? cache.get(process)
      if (known !== undefined) return E.right(known.state === undefined ? { state: initialState } : known)
      const stored = loaded.get(process)
      return stored === undefined ? E.right({ state: initialState }) : decode(stored)
    }

    /** Folds one input into what came before it, whole or not at all. */
    const foldOne = (
      folded: Folded,
      loaded: ReadonlyMap<string, Kept>,
      process: string,
      input: AnyInput,
      cause: Cause,
    ): E.Either<HandlingFailure, void> => {
      const before = current(folded, loaded, process)
      if (E.isLeft(before)) return before
      const done = attempt(() => {
        const state = evolve(before.right.state, input)
        return { state, reactions: react(state, input) }
      })
      if (E.isLeft(done)) return done
      const { state, reactions } = done.right
      const ends = reactions.some(({ _tag }) => _tag === 'End')
      const change = stateChange(process, { state: ends ? undefined : state })
      if (E.isLeft(change)) return change
      const documents = reactions.flatMap(
        (reaction, i) => documentOf(process, cause, reaction, i, folded.documents.size + i) ?? [],
      )
      const sound = attempt(() => documents.map(({ data }) => Json.check('command')(data ?? null)))
      if (E.isLeft(sound)) return sound
      const bad = sound.right.find(E.isLeft)
      if (bad !== undefined) return E.left({ _tag: 'HandlerRefused', error: bad.left })
      folded.states.set(process, { state: ends ? undefined : state })
      folded.documents.set(placeOf(change.right), change.right)
      for (const document of documents) folded.documents.set(placeOf(document), document)
      return E.right(undefined)
    }

    const turnOf = (folded: Folded): Turn => {
      pending = folded
      const { parked, stop } = folded
      return { changes: [...folded.documents.values()], parked, ...(stop === undefined ? undefined : { stop }) }
    }

    const fresh = (): Folded => ({ states: new Map(), documents: new Map(), parked: [] })

    const foldAll = (batch: ReadonlyArray<Delivery>, loaded: ReadonlyMap<string, Kept>): Folded => {
      const folded = fresh()
      const blocked = new Set<string>()
      for (const delivery of batch) {
        const { lane, content, event } = delivery
        if (blocked.has(lane)) {
          folded.parked.push({ delivery, why: 'behind' })
          continue
        }
        const cause = { id: event.id, correlationId: event.metadata.correlationId }
        const failed = E.isLeft(content)
          ? content
          : content.right
              .map((one, i) =>
                foldOne(
                  folded,
                  loaded,
                  lane,
                  { _tag: 'EventHappened', event: one },
                  i === 0 ? cause : { ...cause, id: `${cause.id}.${i}` },
                ),
              )
              .find(E.isLeft)
        if (failed === undefined) continue
        const verdict = verdictOn(policy, failed.left, event)
        if (verdict === 'stop') {
          const before = batch.filter((other) => other.event.position < event.position)
          return { ...foldAll(before, loaded), stop: { delivery, why: failed.left } }
        }
        if (verdict === 'skip') continue
        folded.parked.push({ delivery, why: failed.left })
        blocked.add(lane)
      }
      return folded
    }

    /** A turn of one input that is no event, with documents that go with it. A failure of the user's functions stops the handler: there is no event to park. */
    const inputTurn = async (
      process: string,
      input: AnyInput,
      cause: Cause,
      gone: ReadonlyArray<DocumentChange>,
    ): Promise<Turned> => {
      const loaded = await load([process])
      if (E.isLeft(loaded)) return loaded
      const folded = fresh()
      for (const change of gone) folded.documents.set(placeOf(change), change)
      const done = foldOne(folded, loaded.right, process, input, cause)
      if (E.isLeft(done)) {
        tools.logger.error('a process failed on something that is no event; it is passed over', {
          name,
          process,
          input: input._tag,
          why: done.left,
        })
        const only = fresh()
        for (const change of gone) only.documents.set(placeOf(change), change)
        return E.right(turnOf(only))
      }
      return E.right(turnOf(folded))
    }

    const outbox = makeOutbox({
      tools,
      send: options.send,
      concurrency: options.concurrency,
      onAnswered: async (keys) => {
        const folded = fresh()
        for (const key of keys) folded.documents.set(placeOf({ kind: 'command', key }), { kind: 'command', key })
        return E.right(turnOf(folded))
      },
      onRefused:
        (key, { process, command, commandId, correlationId }, error) =>
        () =>
          inputTurn(
            process,
            { _tag: 'CommandRefused', command, error },
            { id: `${commandId.slice(-200)}:refused`, correlationId: correlationId ?? undefined },
            [{ kind: 'command', key }],
          ),
    })

    const fireOne = async (timer: HandlerDocument): Promise<Turned> => {
      const data = TimerData.decode(timer.data)
      if (E.isLeft(data) || timer.due === null) return E.right(nothing)
      // It may have been cancelled or moved since it was read.
      const found = await ask(store.getDocuments({ name, generation, kind: 'timer' }, [timer.key]))
      if (E.isLeft(found)) return found
      if (found.right[0]?.due?.getTime() !== timer.due.getTime()) return E.right(nothing)
      const { process, timer: label } = data.right
      const id = `${label.slice(0, 100)}@${timer.due.getTime()}`
      return inputTurn(
        process,
        { _tag: 'TimerFired', timer: label, dueAt: timer.due },
        { id, correlationId: undefined },
        [{ kind: 'timer', key: timer.key }],
      )
    }

    return {
      open: () => outbox.open(),
      handle: async (batch) => {
        const loaded = await load([...new Set(batch.map(({ lane }) => lane))])
        return E.isLeft(loaded) ? loaded : E.right(turnOf(foldAll(batch, loaded.right)))
      },
      fire: async ([first, ...others]) => {
        for (const other of others) tools.enqueue(() => fireOne(other))
        return first === undefined ? E.right(nothing) : fireOne(first)
      },
      committed: () => {
        for (const [key, kept] of pending.states) cache.set(key, kept)
        outbox.committed([...pending.documents.values()].filter(({ kind }) => kind === 'command'))
        pending = fresh()
      },
      close: () => outbox.close(),
    }
  }
