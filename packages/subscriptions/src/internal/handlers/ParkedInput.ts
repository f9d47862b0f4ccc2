import { Json } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import { CommandToSend } from './CommandToSend.ts'

/**
 * A parked input of a process that is no event: a timer that was due, or the rejection of a command.
 */
export const ParkedInput = t.union([
  t.strict({ _tag: t.literal('timer'), timer: t.string, dueAt: t.number }),
  t.strict({ _tag: t.literal('rejection'), command: CommandToSend, error: t.unknown }),
])

export type ParkedInput =
  | { readonly _tag: 'timer'; readonly timer: string; readonly dueAt: number }
  | { readonly _tag: 'rejection'; readonly command: CommandToSend; readonly error: unknown }

/** An input to park: its process, whose key is its lane, and why it failed. */
export interface ParkInput {
  readonly lane: string
  readonly input: ParkedInput
  readonly why: HandlerFailure
}

/** Describes a parked input for an operator. */
export const describeInput = (lane: string, input: ParkedInput): string =>
  input._tag === 'timer'
    ? `timer ${JSON.stringify(input.timer)} of process ${JSON.stringify(lane)}`
    : `the rejection of ${input.command.command.type} for process ${JSON.stringify(lane)}`

/** The JSON form of the error of a command, so that it can be stored; `null` when it has none. */
export const storableError = (error: unknown): unknown => {
  const json = E.tryCatch(
    () => Json.check('error')(JSON.parse(JSON.stringify(error) ?? 'null')),
    () => undefined,
  )
  return E.isRight(json) && E.isRight(json.right) ? json.right.right : null
}
