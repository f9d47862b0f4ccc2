/**
 * Property tests of deciders and codecs, given/when/then, and the laws of every store.
 *
 * @since 0.1.0
 */
export * from './arbitrary.ts'
export * from './Decides.ts'
export * from './Given.ts'
export * from './NoArbitrary.ts'
export * from './Override.ts'
export * from './Plain.ts'
export * from './ProcessManager.ts'
export * from './Scenario.ts'
export * from './View.ts'
