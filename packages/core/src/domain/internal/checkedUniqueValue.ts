import { OptionKind } from '../../values/OptionKind.ts'

const { optional, problemsOf, pure, record, text } = OptionKind

const tag = (value: unknown): string | undefined => (value === '' ? 'must not be empty' : text(value))

const kinds = { tag, hash: optional(pure), normalize: optional(pure), on: record }

/**
 * Checks the options of a rule, and returns them unchanged. A wrong one is a mistake in the program, so this throws
 * where the rule is made.
 */
export const checkedUniqueValue = <Options extends object>(entries: object, options: Options): Options => {
  const on: unknown = Object(options)['on']
  const types = record(on) === undefined ? Object.keys(Object(on)) : []
  const wrong = [
    ...problemsOf(undefined, { 'the record of events': () => record(entries) }, {}),
    ...problemsOf(undefined, kinds, options),
    ...problemsOf('on', Object.fromEntries(types.map((type) => [type, optional(pure)])), on),
  ].map(({ what, why }) => `${what} ${why}`)
  const unknown = types.filter((type) => !Object.hasOwn(Object(entries), type))
  const problems = [
    ...wrong,
    ...unknown.map((type) => `on has ${JSON.stringify(type)}, which is no event of the record`),
  ]
  if (problems.length > 0) throw new Error(`Invalid unique value: ${problems.join('; ')}`)
  return options
}
