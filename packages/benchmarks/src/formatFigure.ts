/**
 * A figure with as many digits as count.
 *
 * @category destructors
 * @since 0.1.0
 */
export const formatFigure = (value: number): string =>
  value < 100 ? value.toPrecision(3) : Math.round(value).toLocaleString('en-US')
