import type { InlineStore, OpenAppends, StoreInspection } from '@foldlog/core'
import { fail } from '../../internal/expectations.ts'
import { endAfter } from '../endAfter.ts'
import type { Until } from '../fixtures.ts'
import type { HandlerRuntimeStore } from '../runtime/RuntimeUnderLaw.ts'
import type { MakeStore, Rewinding, StoreUnderTest } from '../StoreUnderTest.ts'
import { rewindingOf } from '../store/LawContext.ts'

/**
 * All operations of a handler store. An interface and not an alias: the compiler then has a name for it in the
 * declarations of the laws.
 *
 * @category model
 * @since 0.1.0
 */
export interface CompleteHandlerStore extends HandlerRuntimeStore, InlineStore, Partial<OpenAppends & StoreInspection> {
  readonly stop: () => Promise<void>
}

/** The context of a handler law. */
export interface HandlerLawContext {
  readonly store: CompleteHandlerStore
  /** Another connection to the same log, as another process has it; the same store when there is none. */
  readonly other: CompleteHandlerStore
  readonly until: Until
  /** Makes the log of both connections go back. A law that calls it without declaring `rewinds` fails. */
  readonly rewinding: Rewinding
  /** Leaves an append open. A law that calls it without declaring `openAppends` fails. */
  readonly leaveAppendOpen: () => Promise<() => Promise<void>>
}

const noOpenAppend = async (): Promise<never> =>
  fail('the store under test has no `leaveAppendOpen`; when no append stays open, declare it: openAppends: false')

/** A store whose set-up left out nothing: what it lacks fails when a law uses it. */
type OpenedStore = {
  readonly [K in Exclude<keyof StoreUnderTest, 'close' | 'openAppend'>]-?: Exclude<
    StoreUnderTest<CompleteHandlerStore>[K],
    undefined
  >
}

/** Creates a store for a body, and always stops and closes it afterwards. */
export const withStore = async (
  makeStore: MakeStore<CompleteHandlerStore>,
  body: (made: OpenedStore) => Promise<void>,
): Promise<void> => {
  const made = await makeStore()
  const end = async () => {
    await made.store.stop()
    await made.other?.stop()
    await made.close?.()
  }
  await endAfter(end, () =>
    body({
      store: made.store,
      other: made.other ?? made.store,
      rewinding: rewindingOf(made.rewinding),
      leaveAppendOpen: made.leaveAppendOpen ?? noOpenAppend,
    }),
  )
}
