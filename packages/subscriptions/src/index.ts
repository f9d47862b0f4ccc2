/**
 * Runs event handlers, projections and process managers.
 *
 * @since 0.1.0
 */
export * from './EventHandler.ts'
export * from './FailurePolicy.ts'
export * from './HandlerRuntime.ts'
export * from './HandlerRuntimeError.ts'
export type { CommandContext, Send } from './internal/processing.ts'
export * from './ProcessManager.ts'
export * from './Projection.ts'
export * from './Source.ts'
export * from './StartFrom.ts'
