import type { InlineStore } from '@foldlog/core'
import type { Rewinding } from '../../StoreUnderTest.ts'
import type { HandlerRuntimeStore } from '../runtime/SubscriptionsModule.ts'
import { rewindingOf } from '../store/LawContext.ts'

/** An interface and no alias: the compiler then has a name for it in the declarations of the laws. */
export interface CompleteHandlerStore extends HandlerRuntimeStore, InlineStore {
  readonly stop: () => Promise<void>
}

/**
 * A store that the laws of handlers are held against, and what frees it. Each law makes one of its own, and stops it.
 * They may share what they store, because each law makes handlers and streams of its own; only those of the groups `the
 * end of the log` and `histories` begin with an empty one.
 *
 * `other` is a second handle on the same log, as another process would have one; absent: the same store. `rewinding`
 * makes the log go back.
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
 * Makes a store for one law.
 *
 * @category model
 * @since 0.1.0
 */
export type MakeHandlerStore = () => Promise<HandlerStoreUnderTest>

/**
 * A law before it has a store. `rewinds` says that the law needs a store whose log it can make go back.
 */
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

/** Waits for a condition, and fails when it does not come: `what` says what was waited for. */
export type Until = (condition: () => boolean | Promise<boolean>, what: string) => Promise<void>

/**
 * What a law may need beside the store: another handle on the same store, as another process would have it, a way to
 * wait, and a way to make the log go back.
 */
export interface HandlerLawTools {
  readonly other: CompleteHandlerStore
  readonly until: Until
  readonly rewinding: Rewinding | undefined
}

/** What the laws of handlers are held against. */
export interface HandlerLawContext extends HandlerLawTools {
  readonly store: CompleteHandlerStore
}

/** Makes a store for a body, and then stops and closes it, whatever happened. The first failure is the one that is told. */
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
