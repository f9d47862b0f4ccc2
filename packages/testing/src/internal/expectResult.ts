import { describeDifference, differences } from './differences.ts'
import { literal } from './literal.ts'

/** The input of the code under test, for the report. */
export interface ScenarioInput {
  readonly given: ReadonlyArray<unknown>
  readonly when: unknown
}

/** An answer with the word for it: `events`, `error`, `view`, ... */
export interface ScenarioResult {
  readonly name: string
  readonly value: unknown
}

const block = (title: string, values: ReadonlyArray<unknown>, indent = ''): ReadonlyArray<string> =>
  values.length === 0
    ? [`${indent}${title} nothing`]
    : [`${indent}${title}`, ...values.map((value) => `${indent}  ${literal(value, `${indent}  `)}`)]

const differencesBetween = (expected: ScenarioResult, actual: ScenarioResult): ReadonlyArray<string> =>
  expected.name === actual.name
    ? Array.from(differences(expected.value, actual.value, expected.name), describeDifference)
    : [`expected ${expected.name}, got ${actual.name}`]

const resultLines = ({ name, value }: ScenarioResult): ReadonlyArray<string> =>
  block(name, Array.isArray(value) ? value : [value], '  ')

/**
 * Compares an answer with the expected one, and throws an error with the differences. An error is a failed test in
 * every test runner, and the only thing that they have in common.
 */
export const expectResult = (
  { given, when }: ScenarioInput,
  expected: ScenarioResult,
  actual: ScenarioResult,
): void => {
  const found = differencesBetween(expected, actual)
  if (found.length === 0) return
  const report = [
    found.length === 1 ? found[0] : `${found.length} differences`,
    '',
    ...block('given', given),
    ...block('when', [when]),
    'expected',
    ...resultLines(expected),
    'got',
    ...resultLines(actual),
    ...(found.length === 1 ? [] : ['differences', ...found.map((line) => `  ${line}`)]),
  ]
  throw new Error(report.join('\n'))
}
