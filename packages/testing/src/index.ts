/**
 * Property tests of deciders and codecs, given/when/then, and the laws of every store.
 *
 * @since 0.1.0
 */
export * from './checkStoreLaws.ts'
export * from './describeStoreLaws.ts'
export * from './Linearizable.ts'
export * from './StoreCapabilities.ts'
export * from './StoreLaws.ts'
export * from './StoreUnderTest.ts'
