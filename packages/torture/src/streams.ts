/**
 * Streams that all writers share: few, so that the writers conflict.
 *
 * @category model
 * @since 0.1.0
 */
export const hotStreams: ReadonlyArray<string> = Array.from({ length: 6 }, (_, i) => `hot-${i}`)

/**
 * Streams that only one writer appends to, which therefore knows their versions.
 *
 * @category constructors
 * @since 0.1.0
 */
export const ownStreams = (writer: string): ReadonlyArray<string> =>
  Array.from({ length: 3 }, (_, i) => `own-${writer.replaceAll(' ', '.')}.${i}`)

/**
 * Streams of events with tags, which all writers share without expecting a version: conditions decide.
 *
 * @category model
 * @since 0.1.0
 */
export const boundStreams: ReadonlyArray<string> = Array.from({ length: 12 }, (_, i) => `bound-${i}`)

/**
 * The stream that all writers try to begin at this moment. One of them succeeds.
 *
 * @category constructors
 * @since 0.1.0
 */
export const racedStream = (milliseconds: number): string => `race-${Math.floor(milliseconds / 250)}`
