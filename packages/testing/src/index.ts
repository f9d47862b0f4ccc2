/**
 * Property tests of deciders and codecs, and given/when/then. The laws of stores are in `@foldlog/testing/laws`.
 *
 * @since 0.1.0
 */

export * from './arbitrary.ts'
export * from './arbitraryEvents.ts'
export * from './BoundaryLike.ts'
export * from './CodecArbitrary.ts'
export * from './CodecProblem.ts'
export * from './Corpus.ts'
export * from './Counterexample.ts'
export * from './checkBoundary.ts'
export * from './checkCodec.ts'
export * from './checkDecider.ts'
export * from './checkJointDecision.ts'
export * from './DeciderLike.ts'
export * from './Given.ts'
export * from './Invariant.ts'
export type { GivenJoint, JointOutcome } from './JointScenario.ts'
export * from './NoArbitrary.ts'
export * from './ProcessManagerLike.ts'
export * from './ProjectionLike.ts'
export * from './recordCorpus.ts'
export * from './recorded.ts'
export * from './Scenario.ts'
export * from './Unbranded.ts'
