/**
 * Milliseconds since 1970 with fractions, on a clock that the processes of one machine share.
 *
 * @category constructors
 * @since 0.1.0
 */
export const now = (): number => performance.timeOrigin + performance.now()
