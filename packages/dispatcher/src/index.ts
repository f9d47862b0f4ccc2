/**
 * Runs deciders: load, decide, append, retry.
 *
 * @since 0.1.0
 */
export * from './AggregateFor.ts'
export * from './DispatchContext.ts'
export * from './DispatchError.ts'
export * from './Dispatched.ts'
export * from './DispatchedFor.ts'
export * from './Dispatcher.ts'
export * from './DispatcherLimits.ts'
export type { DispatcherOptions } from './DispatcherOptions.ts'
export * from './HistoryPage.ts'
export * from './InvalidDispatcher.ts'
export * from './Load.ts'
export * from './Loaded.ts'
export * from './Middleware.ts'
