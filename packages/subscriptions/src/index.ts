/**
 * Runs event handlers, projections and process managers.
 *
 * @since 0.1.0
 */
export * from './BatchHandler.ts'
export * from './EventHandler.ts'
export * from './FailurePolicy.ts'
export * from './HandlerReport.ts'
export * from './HandlerRuntime.ts'
export * from './HandlerRuntimeError.ts'
export * from './HandlerStop.ts'
export * from './InlineProjection.ts'
export * from './InlineProjections.ts'
export * from './ParkedEvent.ts'
export * from './ProcessManager.ts'
export * from './Projection.ts'
export * from './PullSubscription.ts'
export * from './RegistrationLost.ts'
export * from './RuntimeLimits.ts'
export * from './RuntimeOptions.ts'
export * from './RuntimeStatus.ts'
export * from './Send.ts'
export * from './Source.ts'
export * from './StartFrom.ts'
export * from './Subscription.ts'
export * from './TransactionalHandler.ts'
export * from './Views.ts'
