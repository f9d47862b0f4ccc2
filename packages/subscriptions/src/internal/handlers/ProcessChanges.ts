import type { DocumentChange } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { HandlerFailure } from '../../FailurePolicy.ts'
import type { Delivery } from './Delivery.ts'
import type { ProcessInstance } from './ProcessInstance.ts'
import {
  type AnyProcessInput,
  type Cause,
  type CommandIdScope,
  type ProcessFunctions,
  react,
} from './processReactions.ts'

/** What inputs have changed: processes, and documents of all kinds. */
export interface ProcessChanges {
  readonly processes: Map<string, ProcessInstance>
  /** By kind and key: a later document replaces an earlier one. */
  readonly documents: Map<string, DocumentChange>
  /** Number of commands among the documents. */
  sent: number
}

export const changeDocuments = (
  { documents }: Pick<ProcessChanges, 'documents'>,
  changes: ReadonlyArray<DocumentChange>,
): void => {
  for (const change of changes) documents.set(`${change.kind}\n${change.key}`, change)
}

export const processChanges = (documents: ReadonlyArray<DocumentChange> = []): ProcessChanges => {
  const changes: ProcessChanges = { processes: new Map(), documents: new Map(), sent: 0 }
  changeDocuments(changes, documents)
  return changes
}

/** One input of a process, and its cause. */
export interface ProcessStep {
  readonly input: AnyProcessInput
  readonly cause: Cause
}

/** An event that was split makes several inputs, each with a cause id of its own. */
export const stepsOf = ({ event, content }: Delivery): E.Either<HandlerFailure, ReadonlyArray<ProcessStep>> => {
  const { correlationId } = event.metadata
  if (E.isLeft(content)) return content
  return E.right(
    content.right.map((one) => ({
      input: { _tag: 'EventHappened', event: one },
      cause: { id: one.effectId, correlationId },
    })),
  )
}

/** Adds to the changes what the steps of a process change, of all or of none. */
export const applySteps = (
  changes: ProcessChanges,
  functions: ProcessFunctions,
  scope: CommandIdScope,
  key: string,
  before: ProcessInstance,
  steps: ReadonlyArray<ProcessStep>,
): E.Either<HandlerFailure, void> => {
  const documents: Array<DocumentChange> = []
  let [process, sent] = [before, changes.sent]
  for (const { input, cause } of steps) {
    const reacted = react(functions, scope, key, process, input, cause, sent)
    if (E.isLeft(reacted)) return reacted
    process = reacted.right.process
    sent += reacted.right.sent
    documents.push(...reacted.right.changes)
  }
  changes.processes.set(key, process)
  changes.sent = sent
  changeDocuments(changes, documents)
  return E.right(undefined)
}
