import { OptionKind } from '@foldlog/core/store'

const { text, list, codec, record, pure, effect, functionThat, optional, problemsOf } = OptionKind

/** A record of codecs by name, such as that of the parameters of a path. */
const codecs: OptionKind = (value) => {
  const none = record(value)
  if (none !== undefined) return none
  const [problem] = problemsOf(
    undefined,
    Object.fromEntries(Object.keys(Object(value)).map((name) => [name, codec])),
    value,
  )
  return problem === undefined ? undefined : `must have a codec for each name: ${problem.what} ${problem.why}`
}

const either = functionThat('it returns a value, an Either or a TaskEither, and no promise')

const shared = {
  name: text,
  path: text,
  parameters: optional(codecs),
  query: optional(codecs),
  errors: optional(list),
}

const kindsOf = {
  'Route.command': {
    ...shared,
    to: either,
    body: optional(codec),
    creates: optional(codecs),
    answer: optional(codec),
    id: optional(pure),
    reply: optional(pure),
    handlers: optional(list),
  },
  'Route.query': { ...shared, answer: codec, handle: effect, handlers: optional(list) },
  'Route.page': { ...shared, item: codec, list: effect, handlers: optional(list) },
  'Route.find': { ...shared, answer: codec, find: effect, handlers: optional(list) },
  'Route.events': { ...shared, events: either },
  'Route.send': {
    ...shared,
    name: optional(text),
    commands: (value: unknown) =>
      codecs(Object(value).codecs) === undefined
        ? undefined
        : 'must be a command codec: make it with CommandCodec.make',
    type: text,
  },
} as const

/**
 * Throws when the options of a route are of the wrong kind, as a JavaScript caller may pass them: a mistake in the
 * program, whose sentence names the option.
 */
export const checkRoute = (maker: keyof typeof kindsOf, route: unknown): void => {
  const whole = problemsOf(undefined, { route: record }, { route })
  const name: unknown = Object(route).name
  const owner = typeof name === 'string' ? name : undefined
  const problems = whole.length > 0 ? whole : problemsOf(owner, kindsOf[maker], route)
  if (problems.length > 0) throw new Error(`${maker}: ${problems.map(({ what, why }) => `${what} ${why}`).join('; ')}`)
}
