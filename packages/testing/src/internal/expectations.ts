import { describeDifference, differences, type Strictness } from './differences.ts'

const maxDifferences = 6

/** Fails what is being checked: runners of tests, and fast-check, expect an error to be thrown. */
export const fail = (why: string): never => {
  throw new Error(why)
}

const expectNoDifference = (actual: unknown, expected: unknown, what: string, strictness: Strictness): void => {
  const lines: Array<string> = []
  for (const difference of differences(expected, actual, '', strictness)) {
    if (lines.length === maxDifferences) {
      lines.push('…')
      break
    }
    lines.push(describeDifference(difference))
  }
  if (lines.length > 0) fail([what, ...lines.map((line) => `  ${line}`)].join('\n'))
}

/** The value is the expected one, in structure and to the last key. `what` names it in the message. */
export const expectEqual = (actual: unknown, expected: unknown, what: string): void =>
  expectNoDifference(actual, expected, what, 'whole')

/** The value has every part of the expected one; other parts are ignored. Arrays have the same length. */
export const expectMatch = (actual: unknown, expected: unknown, what: string): void =>
  expectNoDifference(actual, expected, what, 'part')

/** The condition holds. `what` names it in the message. */
export const expectTrue = (condition: boolean, what: string): void => {
  if (!condition) fail(what)
}
