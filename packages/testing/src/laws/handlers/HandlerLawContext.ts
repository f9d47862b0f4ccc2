import type { InlineStore } from '@foldlog/core'
import type { Until } from '../fixtures.ts'
import type { HandlerRuntimeStore } from '../runtime/RuntimeUnderLaw.ts'
import type { Rewinding } from '../StoreUnderTest.ts'
import { rewindingOf } from '../store/LawContext.ts'

/** An interface and not an alias: the compiler then has a name for it in the declarations of the laws. */
export interface CompleteHandlerStore extends HandlerRuntimeStore, InlineStore {
  readonly stop: () => Promise<void>
}

/**
 * A handler store under the laws, and a function that frees it. Each law creates its own and stops it. The stores may
 * share their data, because each law creates handlers and streams of its own. Only the laws of the groups `the end of
 * the log` and `histories` begin with an empty log.
 *
 * `other` is a second connection to the same log, as another process has it; by default it is the same store.
 * `rewinding` makes the log go back.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerStoreUnderTest {
  readonly store: CompleteHandlerStore
  readonly other?: CompleteHandlerStore
  readonly rewinding?: Rewinding
  readonly close?: () => Promise<void>
}

/**
 * Creates a store for one law.
 *
 * @category model
 * @since 0.1.0
 */
export type MakeHandlerStore = () => Promise<HandlerStoreUnderTest>

/** The context of a handler law. */
export interface HandlerLawContext {
  readonly store: CompleteHandlerStore
  /** Another connection to the same log, as another process has it; the same store when there is none. */
  readonly other: CompleteHandlerStore
  readonly until: Until
  /** Makes the log of both connections go back. A law that calls it without declaring `rewinds` fails. */
  readonly rewinding: Rewinding
}

/**
 * Creates a store for a body, and always stops and closes it afterwards. The first failure is the one that is reported.
 */
export const withStore = async (
  makeStore: MakeHandlerStore,
  body: (made: Required<Omit<HandlerStoreUnderTest, 'close'>>) => Promise<void>,
): Promise<void> => {
  const made = await makeStore()
  const end = async () => {
    await made.store.stop()
    await made.other?.stop()
    await made.close?.()
  }
  try {
    await body({ store: made.store, other: made.other ?? made.store, rewinding: rewindingOf(made.rewinding) })
  } catch (failure) {
    await end().catch(() => undefined)
    throw failure
  }
  await end()
}
