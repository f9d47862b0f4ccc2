import { EventId } from '@foldlog/core'
import { either as E } from 'fp-ts'

/**
 * What is between an event and the event that caused it, from the cause on: the process manager that reacted, a timer
 * that it had set, a command that was rejected.
 *
 * @category model
 * @since 0.1.0
 */
export type CauseStep =
  | { readonly _tag: 'Process'; readonly handler: string; readonly key: string }
  | { readonly _tag: 'Timer'; readonly timer: string; readonly dueAt: Date }
  | { readonly _tag: 'Rejection' }

/**
 * A causation id, read: the id of the event at its beginning, `null` when a command of the outside is, and the steps
 * from there.
 *
 * @category model
 * @since 0.1.0
 */
export interface CausePath {
  readonly event: EventId | null
  readonly steps: ReadonlyArray<CauseStep>
}

const none: CausePath = { event: null, steps: [] }

const isNumber = (text: string | undefined): boolean => /^-?\d{1,16}$/.test(text ?? '')

const decoded = (part: string): string => {
  const text = E.tryCatch(() => decodeURIComponent(part), String)
  return E.isRight(text) ? text.right : part
}

/** The id of the stored event; a later part of an event that was split has its index behind a point. */
const eventIdIn = (id: string): EventId | null => {
  const parsed = EventId.parse(id.replace(/\.\d+$/, ''))
  return E.isRight(parsed) ? parsed.right : null
}

const addStep = ({ event, steps }: CausePath, step: CauseStep): CausePath =>
  event === null ? none : { event, steps: [...steps, step] }

/**
 * The ids of the commands of process managers are made of readable parts: the manager, the key of the process, the id
 * of the cause, and a number. The cause is an event, a timer (its name, its time, and how it was set), or a rejected
 * command. A part that has parts itself is encoded once more, so each level is split by itself.
 */
const read = (id: string, depth: number): CausePath => {
  const event = eventIdIn(id)
  if (event !== null || depth === 0) return { event, steps: [] }
  const parts = id.split(':').map(decoded)
  const [first = '', second = '', third = '', fourth] = parts
  if (parts.length === 4 && isNumber(fourth))
    return addStep(read(third, depth - 1), { _tag: 'Process', handler: first, key: second })
  if (parts.length === 2 && second === 'refused') return addStep(read(first, depth - 1), { _tag: 'Rejection' })
  if (parts.length === 3 && isNumber(second)) {
    // How a timer was set: the id of the cause, and a number.
    const [cause = ''] = third.split(':').map(decoded)
    return addStep(read(cause, depth - 1), { _tag: 'Timer', timer: first, dueAt: new Date(Number(second)) })
  }
  return none
}

/** An id has 512 characters at most, and each level at least 4 of them. */
const maxDepth = 64

/**
 * Reads a causation id. One that foldlog has not made has no event.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { CausePath } from '@foldlog/operations'
 *
 * console.log(CausePath.of('transfers:t-1:01J00000000000000000000000:0'))
 * ```
 *
 * ```text
 * {
 *   event: '01J00000000000000000000000',
 *   steps: [ { _tag: 'Process', handler: 'transfers', key: 't-1' } ]
 * }
 * ```
 */
const of = (causationId: string): CausePath => read(causationId, maxDepth)

/**
 * Functions on {@link CausePath}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const CausePath = { of } as const
