import { describeUnknown } from '@foldlog/core'
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

/** A value as code; one that throws when it is read, or is too deep, as a text. */
const shown = (value: unknown, indent: string): string => {
  try {
    return literal(value, indent)
  } catch {
    return describeUnknown(value)
  }
}

const block = (title: string, values: ReadonlyArray<unknown>, indent = ''): ReadonlyArray<string> =>
  values.length === 0
    ? [`${indent}${title} nothing`]
    : [`${indent}${title}`, ...values.map((value) => `${indent}  ${shown(value, `${indent}  `)}`)]

const differencesBetween = (expected: ScenarioResult, actual: ScenarioResult): ReadonlyArray<string> => {
  if (expected.name !== actual.name) return [`expected ${expected.name}, got ${actual.name}`]
  try {
    return Array.from(differences(expected.value, actual.value, expected.name), describeDifference)
  } catch (cause) {
    return [`${actual.name}: cannot be compared: ${describeUnknown(cause)}`]
  }
}

/** Even the question may throw: for a revoked proxy. */
const isList = (value: unknown): value is ReadonlyArray<unknown> => {
  try {
    return Array.isArray(value)
  } catch {
    return false
  }
}

const resultLines = ({ name, value }: ScenarioResult): ReadonlyArray<string> =>
  block(name, isList(value) ? value : [value], '  ')

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
