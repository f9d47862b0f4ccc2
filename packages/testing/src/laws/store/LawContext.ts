import type { taskEither as TE } from 'fp-ts'
import type { Runs } from '../../internal/forAll.ts'
import type { StoreCapability } from '../../StoreCapabilities.ts'
import type { CompleteStore, MakeStore, Rewinding, TestableStore } from '../../StoreUnderTest.ts'

/** What a law is held against. */
export interface LawContext {
  readonly store: CompleteStore
  /** Another handle on the same log; the same store when there is none. */
  readonly other: CompleteStore
  /** Makes the log of both handles go back. A law that calls it although it does not need `rewinds` fails. */
  readonly rewinding: Rewinding
  /** Runs a body with a store that shares nothing with this one. */
  readonly withFresh: (body: (fresh: LawContext) => Promise<void>) => Promise<void>
  /** How a property runs that deserves so many runs when 100 are the usual number. */
  readonly runs: (share: number) => Runs
  readonly can: (capability: StoreCapability) => boolean
}

/** What the laws may be run with, besides the store itself. */
export interface LawSettings extends Pick<LawContext, 'runs' | 'can'> {
  readonly makeStore: MakeStore
}

const unsupported = (name: StoreCapability) => (): TE.TaskEither<never, never> => {
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
const complete = (store: TestableStore): CompleteStore => ({
  append: (append) => store.append(append),
  readStream: (stream, options) => store.readStream(stream, options),
  readLog: (options) => store.readLog(options),
  streamInfo: (stream) => store.streamInfo(stream),
  appendAll: (appends) => (store.appendAll ? store.appendAll(appends) : unsupported('appendAll')()),
  findEvents: (ids) => (store.findEvents ? store.findEvents(ids) : unsupported('findEvents')()),
  deleteStream: (stream, expected) =>
    store.deleteStream ? store.deleteStream(stream, expected) : unsupported('deleteStream')(),
  saveSnapshot: (snapshot) => (store.saveSnapshot ? store.saveSnapshot(snapshot) : unsupported('snapshots')()),
  readFromSnapshot: (stream, schemaVersion, count) =>
    store.readFromSnapshot ? store.readFromSnapshot(stream, schemaVersion, count) : unsupported('snapshots')(),
  stop: async () => store.stop?.(),
})

/** Runs a body with a fresh store, and then stops and closes it, whatever happened. The first failure is the one that is told. */
export const withContext = async (
  { makeStore, ...settings }: LawSettings,
  body: (subject: LawContext) => Promise<void>,
): Promise<void> => {
  const made = await makeStore()
  const store = complete(made.store)
  const other = made.other === undefined ? store : complete(made.other)
  const end = async () => {
    await store.stop()
    await other.stop()
    await made.close?.()
  }
  try {
    await body({
      ...settings,
      store,
      other,
      rewinding: rewindingOf(made.rewinding),
      withFresh: (run) => withContext({ makeStore, ...settings }, run),
    })
  } catch (failure) {
    await end().catch(() => undefined)
    throw failure
  }
  await end()
}
