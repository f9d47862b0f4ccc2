import type { InvalidInput, Json } from '@foldlog/core'
import { type DocumentChange, type HandlerDocument, rejectInput } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { Delivery } from '../handlers/Delivery.ts'
import { sortableNumber } from '../handlers/documentKeys.ts'

/**
 * Which inputs of a partition may have ended a process, as a value. An input is an event, the retry of a parked event,
 * or a timer. See docs/decisions/0036.
 */
export interface Attempts {
  /** Inputs that were in progress when a process ended, and how often one ended while it handled that one alone. */
  readonly suspects: ReadonlyMap<string, number>
  /** Inputs whose attempt has begun, and is noted. */
  readonly begun: ReadonlySet<string>
  /** The one among them that is handled alone. */
  readonly alone: string | undefined
  /** What is stored; empty when there is no document. */
  readonly written: string
}

/** Stored form. `alone` is the input that is handled alone. */
const AttemptsDocument = t.strict({
  inputs: t.array(t.tuple([t.string, t.number])),
  alone: t.union([t.string, t.null]),
})

export const noAttempts: Attempts = { suspects: new Map(), begun: new Set(), alone: undefined, written: '' }

const eventKey = (position: number): string => String(position)

/** The inputs that are the events of deliveries. */
export const eventInputs = (deliveries: ReadonlyArray<Delivery>): ReadonlyArray<string> => [
  ...new Set(deliveries.map(({ event }) => eventKey(event.position))),
]

/** The input that is the retry of a parked event. */
export const parkedInput = ({ key }: Pick<HandlerDocument, 'key'>): string => `parked ${key}`

/** The input that is a timer. */
export const timerInput = ({ key }: Pick<HandlerDocument, 'key'>): string => `timer ${key}`

/** Whether an input is an event up to the checkpoint. Retries of parked events and timers have no place in the log. */
const isPassed = (input: string, checkpoint: number): boolean => Number(input) <= checkpoint

/**
 * What the owners before have noted. When the last one has not released the partition, it ended during its attempts.
 */
export const restoreAttempts = (
  document: HandlerDocument | undefined,
  released: boolean,
): E.Either<InvalidInput, Attempts> => {
  if (document === undefined) return E.right(noAttempts)
  const data = AttemptsDocument.decode(document.data)
  if (E.isLeft(data)) {
    return rejectInput('attempts', `of partition ${document.partition} cannot be decoded by this version`)
  }
  const { inputs, alone } = data.right
  const suspects = new Map(inputs)
  if (alone !== null && !released) suspects.set(alone, (suspects.get(alone) ?? 0) + 1)
  // The stored form counts no end of a process, so the next commit writes it again.
  return E.right({ suspects, begun: new Set(), alone: undefined, written: JSON.stringify(data.right) })
}

export const beginAttempts = (attempts: Attempts, inputs: ReadonlyArray<string>, isAlone: boolean): Attempts => ({
  ...attempts,
  begun: new Set([...attempts.begun, ...inputs]),
  alone: isAlone ? inputs[0] : attempts.alone,
})

/** The attempts at these inputs have ended, with any result. When the inputs are settled, no other attempt follows. */
export const endAttempts = (attempts: Attempts, inputs: ReadonlyArray<string>, isSettled: boolean): Attempts => {
  if (inputs.length === 0) return attempts
  const [begun, suspects] = [new Set(attempts.begun), new Map(attempts.suspects)]
  for (const input of inputs) {
    begun.delete(input)
    if (isSettled) suspects.delete(input)
  }
  const { alone } = attempts
  return { ...attempts, suspects, begun, alone: alone !== undefined && inputs.includes(alone) ? undefined : alone }
}

/** The input of a document, settled when the document is removed: a discarded parked event, a cancelled timer. */
const inputOf = (document: DocumentChange): ReadonlyArray<string> => {
  if (document.kind === 'parked') return [parkedInput(document)]
  return document.kind === 'timer' ? [timerInput(document)] : []
}

/** Forgets the inputs whose documents a commit removes. */
export const withoutRemoved = (attempts: Attempts, changes: ReadonlyArray<DocumentChange>): Attempts => {
  if (attempts.suspects.size === 0) return attempts
  const removed = changes.filter(({ data }) => data === undefined)
  return endAttempts(attempts, removed.flatMap(inputOf), true)
}

/** Forgets the events up to the checkpoint. */
const afterCheckpoint = (attempts: Attempts, checkpoint: number): Attempts => {
  const left = (input: string): boolean => !isPassed(input, checkpoint)
  return {
    ...attempts,
    suspects: new Map([...attempts.suspects].filter(([input]) => left(input))),
    begun: new Set([...attempts.begun].filter(left)),
  }
}

/** The changes that store what is not done up to the checkpoint, and the attempts after their commit. */
export const storeAttempts = (
  attempts: Attempts,
  partition: number,
  checkpoint: number,
): readonly [changes: ReadonlyArray<DocumentChange>, next: Attempts] => {
  if (attempts.suspects.size === 0 && attempts.begun.size === 0 && attempts.written === '') return [[], attempts]
  const left = afterCheckpoint(attempts, checkpoint)
  const { suspects, begun, alone = null } = left
  const inputs = [...new Map([...[...begun].map((input) => [input, 0] as const), ...suspects])]
  const written = inputs.length === 0 ? '' : JSON.stringify({ inputs, alone })
  if (written === attempts.written) return [[], left]
  // Strings and numbers only.
  const data = written === '' ? undefined : { data: { inputs, alone } as Json }
  return [[{ kind: 'attempts', key: sortableNumber(partition), ...data }], { ...left, written }]
}
