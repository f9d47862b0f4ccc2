/** A number among the settings, and the most it may be. */
type Bounded = readonly [name: string, value: number | undefined, most: number]

/** What is wrong with numbers that must be integers from 1 to a bound; those that are absent are fine. Each problem is a sentence. */
export const settingProblems = (settings: ReadonlyArray<Bounded>): ReadonlyArray<string> =>
  settings.flatMap(([name, value, most]) =>
    value === undefined || (Number.isSafeInteger(value) && value >= 1 && value <= most)
      ? []
      : [`${name} must be an integer from 1 to ${most}, is ${String(value)}`],
  )
