/**
 * Property tests of deciders and codecs, given/when/then, and the laws of every store.
 *
 * @since 0.1.0
 */

export * from './arbitrary.ts'
export * from './arbitraryEvents.ts'
export * from './CodecArbitrary.ts'
export * from './CodecProblem.ts'
export * from './Corpus.ts'
export * from './Counterexample.ts'
export * from './checkCodec.ts'
export * from './checkDecider.ts'
export * from './checkStoreLaws.ts'
export * from './DeciderLike.ts'
export * from './describeStoreLaws.ts'
export * from './Given.ts'
export * from './Invariant.ts'
export * from './Linearizable.ts'
export type { HandlerStoreUnderTest, MakeHandlerStore } from './laws/handlers/HandlerLaw.ts'
export {
  type HandlerStoreLawsOptions,
  handlerStoreLaws,
  skippedHandlerStoreLaws,
} from './laws/handlers/handlerStoreLaws.ts'
export type * from './laws/runtime/SubscriptionsModule.ts'
export {
  type SubscriptionLawsOptions,
  skippedSubscriptionLaws,
  subscriptionLaws,
} from './laws/runtime/subscriptionLaws.ts'
export * from './NoArbitrary.ts'
export * from './ProcessManagerLike.ts'
export * from './ProjectionLike.ts'
export * from './recordCorpus.ts'
export * from './recorded.ts'
export * from './Scenario.ts'
export * from './StoreCapabilities.ts'
export * from './StoreLaws.ts'
export * from './StoreUnderTest.ts'
export * from './Unbranded.ts'
