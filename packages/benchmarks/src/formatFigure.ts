/**
 * Formats a figure with its significant digits.
 *
 * @category destructors
 * @since 0.1.0
 */
export const formatFigure = (value: number): string =>
  value < 100 ? value.toPrecision(3) : Math.round(value).toLocaleString('en-US')
