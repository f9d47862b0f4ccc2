/**
 * Property tests of deciders and codecs, given/when/then, and the laws of every store.
 *
 * @since 0.1.0
 */
export {}
