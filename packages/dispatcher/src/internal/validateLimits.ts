/** A number in the settings, and its maximum. */
type BoundedSetting = readonly [name: string, value: number | undefined, most: number]

/**
 * Returns the problems of settings that must be integers from 1 to a maximum; absent ones are valid. Each problem is a
 * sentence.
 */
export const validateLimits = (settings: ReadonlyArray<BoundedSetting>): ReadonlyArray<string> =>
  settings.flatMap(([name, value, max]) =>
    value === undefined || (Number.isSafeInteger(value) && value >= 1 && value <= max)
      ? []
      : [`${name} must be an integer from 1 to ${max}, is ${String(value)}`],
  )
