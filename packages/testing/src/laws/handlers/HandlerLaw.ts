import type { InlineStore } from '@foldlog/core'
import type { Rewinding } from '../../StoreUnderTest.ts'
import type { HandlerRuntimeStore } from '../runtime/SubscriptionsModule.ts'
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

/** A law that has no store yet. `rewinds` marks a law that needs a store whose log can go back. */
export interface UnboundLaw<A> {
  readonly name: string
  readonly rewinds?: true
  readonly check: (context: A) => Promise<void>
}

export interface LawGroup<A> {
  readonly group: string
  readonly laws: ReadonlyArray<UnboundLaw<A>>
}

export const law = (
  name: string,
  check: (store: CompleteHandlerStore, tools: HandlerLawTools) => Promise<void>,
): UnboundLaw<HandlerLawContext> => ({
  name,
  check: ({ store, ...tools }) => check(store, tools),
})

/** A law that makes the log go back. */
export const rewindLaw = (
  name: string,
  check: (store: CompleteHandlerStore, rewinding: Rewinding, tools: HandlerLawTools) => Promise<void>,
): UnboundLaw<HandlerLawContext> => ({
  name,
  rewinds: true,
  check: ({ store, ...tools }) => check(store, rewindingOf(tools.rewinding), tools),
})

export const groupOf = <A>(group: string, laws: ReadonlyArray<UnboundLaw<A>>): LawGroup<A> => ({ group, laws })

/** Waits for a condition, and fails when it does not come true in time. `what` describes the condition. */
export type Until = (condition: () => boolean | Promise<boolean>, what: string) => Promise<void>

/**
 * The tools of a law besides the store: a second connection to the same store, as another process has it, a function
 * that waits, and one that makes the log go back.
 */
export interface HandlerLawTools {
  readonly other: CompleteHandlerStore
  readonly until: Until
  readonly rewinding: Rewinding | undefined
}

/** The context of a handler law. */
export interface HandlerLawContext extends HandlerLawTools {
  readonly store: CompleteHandlerStore
}

/**
 * Creates a store for a body, and always stops and closes it afterwards. The first failure is the one that is reported.
 */
export const withStore = async (
  makeStore: MakeHandlerStore,
  body: (made: HandlerStoreUnderTest) => Promise<void>,
): Promise<void> => {
  const made = await makeStore()
  const end = async () => {
    await made.store.stop()
    await made.other?.stop()
    await made.close?.()
  }
  try {
    await body(made)
  } catch (failure) {
    await end().catch(() => undefined)
    throw failure
  }
  await end()
}
