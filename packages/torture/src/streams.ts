/**
 * Streams that all writers share: few enough that they are in each other's way.
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
 * The stream that all writers try to begin at this moment. One of them may.
 *
 * @category constructors
 * @since 0.1.0
 */
export const racedStream = (milliseconds: number): string => `race-${Math.floor(milliseconds / 250)}`
