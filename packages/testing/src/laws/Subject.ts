import type { taskEither as TE } from 'fp-ts'
import type { Runs } from '../internal/property.ts'
import type { StoreCapability } from '../StoreCapabilities.ts'
import type { FullStore, LawfulStore, MakeStore, Rewinding } from '../StoreUnderTest.ts'

/** What a law is held against. */
export interface Subject {
  readonly store: FullStore
  /** Another handle on the same log; the same store when there is none. */
  readonly other: FullStore
  /** Makes the log of both handles go back. A law that calls it although it does not need `rewinds` fails. */
  readonly rewinding: Rewinding
  /** Runs a body with a store that shares nothing with this one. */
  readonly withFresh: (body: (fresh: Subject) => Promise<void>) => Promise<void>
  /** How a property runs that deserves so many runs when 100 are the usual number. */
  readonly runs: (share: number) => Runs
  readonly can: (capability: StoreCapability) => boolean
}

/** What the laws may be run with, besides the store itself. */
export interface Conditions extends Pick<Subject, 'runs' | 'can'> {
  readonly makeStore: MakeStore
}

const missing = (name: StoreCapability) => (): TE.TaskEither<never, never> => {
  throw new Error(
    `the store has no function for ${name}; when it cannot do that, say { capabilities: { ${name}: false } }`,
  )
}

const noRewinding = (): never => {
  throw new Error(
    'the store under test has no `rewinding`; when its tests cannot make its log go back, declare it: rewinds: false',
  )
}

/** How to make the log go back; a law that needs it fails when there is no way. */
export const rewindingOf = (rewinding: Rewinding | undefined): Rewinding =>
  rewinding ?? { backup: async () => noRewinding(), restart: async () => noRewinding() }

/** The store as a record of all its functions, wherever it has them from; a law that needs one it has not fails. */
const completed = (store: LawfulStore): FullStore => ({
  append: (append) => store.append(append),
  readStream: (stream, options) => store.readStream(stream, options),
  readLog: (options) => store.readLog(options),
  streamInfo: (stream) => store.streamInfo(stream),
  appendAll: (appends) => (store.appendAll ? store.appendAll(appends) : missing('appendAll')()),
  findEvents: (ids) => (store.findEvents ? store.findEvents(ids) : missing('findEvents')()),
  deleteStream: (stream, expected) =>
    store.deleteStream ? store.deleteStream(stream, expected) : missing('deleteStream')(),
  saveSnapshot: (snapshot) => (store.saveSnapshot ? store.saveSnapshot(snapshot) : missing('snapshots')()),
  readFromSnapshot: (stream, schemaVersion, count) =>
    store.readFromSnapshot ? store.readFromSnapshot(stream, schemaVersion, count) : missing('snapshots')(),
  stop: async () => store.stop?.(),
})

/** Runs a body with a fresh store, and then stops and closes it, whatever happened. The first failure is the one that is told. */
export const withSubject = async (
  { makeStore, ...conditions }: Conditions,
  body: (subject: Subject) => Promise<void>,
): Promise<void> => {
  const made = await makeStore()
  const store = completed(made.store)
  const other = made.other === undefined ? store : completed(made.other)
  const end = async () => {
    await store.stop()
    await other.stop()
    await made.close?.()
  }
  try {
    await body({
      ...conditions,
      store,
      other,
      rewinding: rewindingOf(made.rewinding),
      withFresh: (run) => withSubject({ makeStore, ...conditions }, run),
    })
  } catch (failure) {
    await end().catch(() => undefined)
    throw failure
  }
  await end()
}
