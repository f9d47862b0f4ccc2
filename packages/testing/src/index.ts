/**
 * Property tests of deciders and codecs, given/when/then, and the laws of every store.
 *
 * @since 0.1.0
 */

export * from './arbitrary.ts'
export * from './arbitraryEvents.ts'
export * from './CodecProblem.ts'
export * from './Corpus.ts'
export * from './Counterexample.ts'
export * from './checkCodec.ts'
export * from './checkDecider.ts'
export * from './checkStoreLaws.ts'
export * from './Decides.ts'
export * from './describeStoreLaws.ts'
export * from './Given.ts'
export type { HandlerStoreUnderTest, MakeHandlerStore } from './handlerLaws/HandlerLaw.ts'
export { type HandlerStoreLawsOptions, handlerLawsLeftOut, handlerStoreLaws } from './handlerLaws/handlerStoreLaws.ts'
export * from './Invariant.ts'
export * from './Linearizable.ts'
export * from './NoArbitrary.ts'
export * from './Override.ts'
export * from './Plain.ts'
export * from './Projects.ts'
export * from './Reacts.ts'
export * from './recordCorpus.ts'
export * from './recorded.ts'
export * from './Scenario.ts'
export * from './StoreCapabilities.ts'
export * from './StoreLaws.ts'
export * from './StoreUnderTest.ts'
export type * from './subscriptionLaws/Subscriptions.ts'
export {
  type SubscriptionLawsOptions,
  subscriptionLaws,
  subscriptionLawsLeftOut,
} from './subscriptionLaws/subscriptionLaws.ts'
