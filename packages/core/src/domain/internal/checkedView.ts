import { OptionKind } from '../../values/OptionKind.ts'

const { list, optional, problemsOf, pure, record } = OptionKind

const kinds = { on: record, tags: optional(list), streams: optional(list), categories: optional(list) }

/**
 * The options of a view as they are. A wrong one is a mistake in the program, so this throws where the view is made.
 */
export const checkedView = <Options extends object>(options: Options): Options => {
  const on: unknown = Object(options)['on']
  const folds = Object.keys(Object(on)).map((type) => [type, optional(pure)] as const)
  const wrong = [
    ...problemsOf(undefined, kinds, options),
    ...(record(on) === undefined ? problemsOf('on', Object.fromEntries(folds), on) : []),
  ]
  if (wrong.length > 0) throw new Error(`Invalid view: ${wrong.map(({ what, why }) => `${what} ${why}`).join('; ')}`)
  return options
}
