import type { Append, EventId, ExpectedVersion, StreamCheck, StreamName } from '@foldlog/core'
import type { ReadLogOptions, ReadStreamOptions, Snapshot } from '@foldlog/core/store'
import type { either as E } from 'fp-ts'
import type { CompleteStore } from '../../StoreUnderTest.ts'

/** A request to a store, as a value: programs of them are generated, shrunk and shown. */
export type Operation =
  | { readonly ask: 'append'; readonly append: Append }
  | { readonly ask: 'appendAll'; readonly appends: ReadonlyArray<Append> }
  | { readonly ask: 'readStream'; readonly stream: StreamName; readonly options: ReadStreamOptions }
  | { readonly ask: 'readLog'; readonly options: ReadLogOptions }
  | { readonly ask: 'streamInfo'; readonly stream: StreamName }
  | { readonly ask: 'deleteStream'; readonly stream: StreamName; readonly expected: ExpectedVersion }
  | { readonly ask: 'findEvents'; readonly ids: ReadonlyArray<EventId> }
  | { readonly ask: 'saveSnapshot'; readonly snapshot: Snapshot }
  | {
      readonly ask: 'readFromSnapshot'
      readonly stream: StreamName
      readonly schemaVersion: number
      readonly count: number
    }

export type Outcome = E.Either<unknown, unknown>

export const run = (store: CompleteStore, operation: Operation): Promise<Outcome> => {
  switch (operation.ask) {
    case 'append':
      return store.append(operation.append)()
    case 'appendAll':
      return store.appendAll(operation.appends)()
    case 'readStream':
      return store.readStream(operation.stream, operation.options)()
    case 'readLog':
      return store.readLog(operation.options)()
    case 'streamInfo':
      return store.streamInfo(operation.stream)()
    case 'deleteStream':
      return store.deleteStream(operation.stream, operation.expected)()
    case 'findEvents':
      return store.findEvents(operation.ids)()
    case 'saveSnapshot':
      return store.saveSnapshot(operation.snapshot)()
    case 'readFromSnapshot':
      return store.readFromSnapshot(operation.stream, operation.schemaVersion, operation.count)()
  }
}

const shownTarget = ({ stream, expected }: StreamCheck): string => `${stream} expecting ${expected}`

const shownAppend = ({ events, checks = [], ...target }: Append): string => {
  const ids = events.map(({ id, type }) => `${type} ${id.slice(-4)}`).join(', ')
  return `${[target, ...checks].map(shownTarget).join(', if ')}: ${ids}`
}

/** One line for people. Ids appear by their ends: those of programs are counted. */
export const shownOperation = (operation: Operation): string => {
  switch (operation.ask) {
    case 'append':
      return `append to ${shownAppend(operation.append)}`
    case 'appendAll':
      return `appendAll to ${operation.appends.map(shownAppend).join(' | ')}`
    case 'findEvents':
      return `findEvents ${operation.ids.map((id) => id.slice(-4)).join(', ')}`
    default: {
      const { ask, ...rest } = operation
      return `${ask} ${JSON.stringify(rest)}`
    }
  }
}
