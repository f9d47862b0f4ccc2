import type { Append } from '@foldlog/core'
import type { taskEither as TE } from 'fp-ts'
import type { Runs } from '../../internal/forAll.ts'
import { endAfter } from '../endAfter.ts'
import type { StoreCapability } from '../StoreCapabilities.ts'
import type { MakeStore, Rewinding, StoreWithBoundaries, TestableStore } from '../StoreUnderTest.ts'

/** The context of a store law. */
export interface LawContext {
  readonly store: StoreWithBoundaries
  /** Another connection to the same log; the same store when there is none. */
  readonly other: StoreWithBoundaries
  /** Makes the log of both connections go back. A law that calls it without declaring `rewinds` fails. */
  readonly rewinding: Rewinding
  /** Appends in a transaction that stays open. A law that calls it without declaring `openAppends` fails. */
  readonly openAppend: (append: Append) => Promise<() => Promise<void>>
  /** Runs a body with a store that shares nothing with this one. */
  readonly withFresh: (body: (fresh: LawContext) => Promise<void>) => Promise<void>
  /** How many times a property runs that takes `share` runs where the default is 100. */
  readonly runs: (share: number) => Runs
  readonly can: (capability: StoreCapability) => boolean
}

/** The options of the laws, besides the store itself. */
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

const noOpenAppend = (): never => {
  throw new Error('the store under test has no `openAppend`; when no append stays open, declare it: openAppends: false')
}

/** Returns the way to make the log go back; a law that needs it fails when there is none. */
export const rewindingOf = (rewinding: Rewinding | undefined): Rewinding =>
  rewinding ?? { backup: async () => noRewinding(), restart: async () => noRewinding() }

/**
 * Returns the store as a record of all its functions, including inherited ones; a law that needs a missing one fails.
 */
const complete = (store: TestableStore): StoreWithBoundaries => ({
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
  readMatching: (options) => (store.readMatching ? store.readMatching(options) : unsupported('conditions')()),
  lastMatching: (query) => (store.lastMatching ? store.lastMatching(query) : unsupported('conditions')()),
  addTags: (additions) => (store.addTags ? store.addTags(additions) : unsupported('taggings')()),
  requireTags: (name, required) => (store.requireTags ? store.requireTags(name, required) : unsupported('taggings')()),
  promoteTagging: (name) => (store.promoteTagging ? store.promoteTagging(name) : unsupported('taggings')()),
  taggings: () => (store.taggings ?? unsupported('taggings')())(),
  stop: async () => store.stop?.(),
})

/** Runs a body with a fresh store, and always stops and closes it afterwards. */
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
  await endAfter(end, () =>
    body({
      ...settings,
      store,
      other,
      rewinding: rewindingOf(made.rewinding),
      openAppend: made.openAppend ?? noOpenAppend,
      withFresh: (run) => withContext({ makeStore, ...settings }, run),
    }),
  )
}
