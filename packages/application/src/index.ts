/**
 * Wires store, aggregates and handlers into one application that starts, stops, and says how it is.
 *
 * @since 0.1.0
 */
export * from './Application.ts'
export type * from './ApplicationOptions.ts'
export * from './HandlerOperations.ts'
export * from './Health.ts'
export * from './Interruption.ts'
export * from './InvalidApplication.ts'
export * from './runProgram.ts'
export * from './Serving.ts'
export * from './StartError.ts'
