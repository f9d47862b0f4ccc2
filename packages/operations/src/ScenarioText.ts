import type { Event } from '@foldlog/core'
import type { WhatIf } from './WhatIf.ts'

/** Characters that an editor shows as other code than the compiler reads: direction of text, control characters. */
const invisible = /[\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`

const quoted = (text: string): string =>
  `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'").replaceAll(invisible, escaped)}'`

/** A value as it is written in code. What cannot be written is `undefined`. */
const literal = (value: unknown): string => {
  if (typeof value === 'string') return quoted(value)
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Date) return `new Date(${quoted(value.toISOString())})`
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value !== 'object' || value === null) return typeof value === 'function' ? 'undefined' : String(value)
  const entries = Object.entries(value).map(([key, part]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) && key !== '__proto__' ? key : `[${quoted(key)}]`
    return `${name}: ${literal(part)}`
  })
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

const list = (values: ReadonlyArray<unknown>): string =>
  values.length === 0 ? '' : `\n${values.map((one) => `    ${literal(one)},\n`).join('')}  `

/**
 * A test of a decider from what has happened: the past of a stream, a command, and what is decided about it, as
 * TypeScript for `Scenario` of `@foldlog/testing`. `aggregate` is the name of the aggregate in the code of the test.
 * Copies of real events have personal data: change it before the test is committed.
 *
 * @category destructors
 * @since 0.1.0
 */
const of = (
  title: string,
  aggregate: string,
  given: ReadonlyArray<Event>,
  command: { readonly type: string; readonly data: unknown },
  outcome: WhatIf,
): string => {
  const expected =
    outcome._tag === 'Rejected'
      ? `thenError(${literal(outcome.error)})`
      : outcome.events.length === 0
        ? 'thenNothing()'
        : `then(${list(outcome.events)})`
  return [
    `it(${quoted(title)}, () => {`,
    `  Scenario.decider(${aggregate})(${list(given)}).when(${literal(command)}).${expected}`,
    '})',
    '',
  ].join('\n')
}

/**
 * Tests as text.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ScenarioText = { of } as const
