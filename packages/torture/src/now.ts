/**
 * Milliseconds since 1970 on a clock that no fault touches (`Date.now` jumps) and that the processes of one machine
 * share.
 *
 * @category constructors
 * @since 0.1.0
 */
export const now = (): number => performance.timeOrigin + performance.now()
