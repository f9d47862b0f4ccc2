import { ValidationProblem } from '@foldlog/core'
import type { DocumentChange, HandlerDocument } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { unreadable } from './documentCodec.ts'
import type { ProcessState } from './processState.ts'

/**
 * A process: its state, and its timers. They are one document, so that a process that ends cancels its timers, and a
 * late timer finds its setting, without another read of the store.
 */
export interface ProcessInstance {
  readonly started: boolean
  readonly state: unknown
  readonly timers: ReadonlyMap<string, ProcessTimer>
  /**
   * The id of its first input, which distinguishes it from other processes of its key; `undefined` when an earlier
   * version of foldlog began it.
   */
  readonly instance: string | undefined
  /** Whether its key is not the stream of all of its events. */
  readonly acrossStreams: boolean
}

/**
 * A timer of a process: when it is due, in milliseconds since 1970, and the id of its setting. So a timer that is set
 * again to the same instant is another one. Timers of earlier versions have no such id.
 */
export interface ProcessTimer {
  readonly at: number
  readonly setting: string | undefined
}

/** A process that has not begun, or has ended: nothing of it is stored. */
export const notStarted: ProcessInstance = {
  started: false,
  state: undefined,
  timers: new Map(),
  instance: undefined,
  acrossStreams: false,
}

/**
 * An absent part has its default, or an earlier version of foldlog stored the document. The default version of the
 * state is 1.
 */
const ProcessDocument = t.exact(
  t.intersection([
    t.type({ state: t.unknown, timers: t.array(t.tuple([t.string, t.number])) }),
    t.partial({
      version: t.number,
      settings: t.array(t.tuple([t.string, t.string])),
      instance: t.string,
      acrossStreams: t.literal(true),
    }),
  ]),
)

export const decodeProcess =
  (states: ProcessState) =>
  ({ key, data }: HandlerDocument): E.Either<HandlerFailure, ProcessInstance> => {
    const failed = (problems: ReadonlyArray<ValidationProblem>): E.Either<HandlerFailure, never> =>
      E.left(unreadable(`state of process ${JSON.stringify(key)}`, problems))
    const stored = ProcessDocument.decode(data)
    if (E.isLeft(stored)) return failed(ValidationProblem.fromIoTs(stored.left, 'process'))
    const { state, version = 1, timers, settings = [], instance, acrossStreams = false } = stored.right
    const decoded = states.decode(version, state)
    if (E.isLeft(decoded)) return failed(decoded.left)
    const settingOf = new Map(settings)
    return E.right({
      started: true,
      state: decoded.right,
      timers: new Map(timers.map(([name, at]) => [name, { at, setting: settingOf.get(name) }])),
      instance,
      acrossStreams,
    })
  }

/** A process as a reader finds it, and the change that stores it. */
export interface StoredProcess {
  readonly process: ProcessInstance
  readonly change: DocumentChange
}

/** Stores a process, or removes one that has ended. */
export const storeProcess = (
  states: ProcessState,
  key: string,
  process: ProcessInstance,
): E.Either<HandlerFailure, StoredProcess> => {
  const { started, state, timers, instance, acrossStreams } = process
  if (!started) return E.right({ process, change: { kind: 'process', key } })
  const stored = states.encode({ kind: 'process', key }, state)
  if (E.isLeft(stored)) return stored
  const { json, value } = stored.right
  const settings = [...timers].flatMap(([name, { setting }]) => (setting === undefined ? [] : [[name, setting]]))
  // The times were checked, and the names are keys.
  const data = {
    state: json,
    ...(states.version === 1 ? undefined : { version: states.version }),
    timers: [...timers].map(([name, { at }]) => [name, at]),
    ...(settings.length === 0 ? undefined : { settings }),
    ...(instance === undefined ? undefined : { instance }),
    ...(acrossStreams ? { acrossStreams } : undefined),
  }
  return E.right({ process: { ...process, state: value }, change: { kind: 'process', key, data } })
}
