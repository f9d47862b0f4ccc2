/**
 * The laws of stores and of the runtime of handlers: what they promise, as checks that any runner of tests can run.
 *
 * @since 0.1.0
 */

export { boundaryLaws } from './laws/boundaries/boundaryLaws.ts'
export * from './laws/checkLaws.ts'
export * from './laws/describeLaws.ts'
export type { CompleteHandlerStore } from './laws/handlers/HandlerLawContext.ts'
export { type HandlerStoreLawSetup, handlerStoreLaws } from './laws/handlers/handlerStoreLaws.ts'
export type { Law } from './laws/Law.ts'
export { type LawSetup, type SkippedLaw, skippedLaws } from './laws/LawSetup.ts'
export * from './laws/Linearizable.ts'
export type * from './laws/runtime/HandlerUnderLaw.ts'
export type * from './laws/runtime/RuntimeUnderLaw.ts'
export type * from './laws/runtime/SubscriptionsModule.ts'
export { type SubscriptionLawSetup, subscriptionLaws } from './laws/runtime/subscriptionLaws.ts'
export * from './laws/StoreCapabilities.ts'
export * from './laws/StoreUnderTest.ts'
export * from './laws/store/StoreLawSetup.ts'
export { storeLaws } from './laws/store/storeLaws.ts'
