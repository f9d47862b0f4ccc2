import type { CommandHandlerRetryOptions } from '@event-driven-io/emmett'
import { makeMemoryStore } from '@foldlog/memory-store'
import type { BenchmarkEnvironment } from '../BenchmarkEnvironment.ts'
import { expectRight } from '../expectRight.ts'
import { Castore } from './castore.ts'
import { type Deposit, Deposits, type DispatcherSettings } from './deposits.ts'
import { Emmett } from './emmett.ts'
import { fillStore, openFilledStore, type StoreContent } from './fillStore.ts'
import { Foldlog } from './foldlog.ts'

/**
 * A candidate that can run commands, on a store with events.
 *
 * @category model
 * @since 0.1.0
 */
export interface Depositor {
  readonly name: string
  readonly open: (arena: BenchmarkEnvironment, content?: StoreContent) => Promise<OpenDepositor>
}

/**
 * A way to deposit, and to count the events that are stored.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenDepositor {
  readonly deposit: Deposit
  readonly rows: () => Promise<number>
  readonly close: () => Promise<void>
}

const none: StoreContent = { streams: 0, events: 0 }

/**
 * foldlog's dispatcher on Postgres.
 *
 * @category constructors
 * @since 0.1.0
 */
const foldlog = (settings: (entrant: Foldlog) => DispatcherSettings = () => ({})): Depositor => ({
  name: 'foldlog',
  open: async (arena, content = none) => {
    const entrant = await openFilledStore.foldlog(arena, content)
    const deposit = Deposits.foldlog(entrant.store, settings(entrant))
    return { deposit, rows: () => Foldlog.rows(entrant), close: entrant.close }
  },
})

/**
 * foldlog's dispatcher in memory.
 *
 * @category constructors
 * @since 0.1.0
 */
const memory: Depositor = {
  name: 'memory-store',
  open: async (_arena, content = none) => {
    const store = makeMemoryStore()
    await fillStore.foldlog({ store }, content)
    // Its positions have no gaps.
    return { deposit: Deposits.foldlog(store), rows: () => expectRight(store.settledPosition), close: async () => {} }
  },
}

/**
 * Emmett's command handler.
 *
 * @category constructors
 * @since 0.1.0
 */
const emmett = (retry?: CommandHandlerRetryOptions): Depositor => ({
  name: 'emmett',
  open: async (arena, content = none) => {
    const entrant = await openFilledStore.emmett(arena, content)
    return { deposit: Deposits.emmett(entrant, retry), rows: () => Emmett.rows(entrant), close: entrant.close }
  },
})

/**
 * A command of Castore.
 *
 * @category constructors
 * @since 0.1.0
 */
const castore: Depositor = {
  name: 'castore',
  open: async (arena, content = none) => {
    const entrant = await openFilledStore.castore(arena, content)
    return { deposit: Deposits.castore(entrant), rows: () => Castore.rows(entrant), close: entrant.close }
  },
}

/**
 * All candidates that can run commands.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Depositors = { foldlog, memory, emmett, castore } as const
