/** A number among the settings, and the most it may be. */
type BoundedSetting = readonly [name: string, value: number | undefined, most: number]

/** What is wrong with numbers that must be integers from 1 to a bound; those that are absent are fine. Each problem is a sentence. */
export const validateLimits = (settings: ReadonlyArray<BoundedSetting>): ReadonlyArray<string> =>
  settings.flatMap(([name, value, max]) =>
    value === undefined || (Number.isSafeInteger(value) && value >= 1 && value <= max)
      ? []
      : [`${name} must be an integer from 1 to ${max}, is ${String(value)}`],
  )
