import { either as E } from 'fp-ts'
import type { InvalidOption } from '../EmbeddedPostgresError.ts'
import type { EmbeddedPostgresOptions } from '../EmbeddedPostgresOptions.ts'

// A caller in JavaScript, or a cast, passes anything: also what throws when it is read.

/** A kind of value: what is expected, whether a value is of the kind, and what to do when it is not. */
interface Kind {
  readonly expected: string
  readonly accepts: (value: unknown) => boolean
  readonly remedy?: string
}

/** What a value is, in a few words. Reads nothing of an object. */
const shown = (value: unknown): string => {
  if (typeof value === 'string') return value.length > 80 ? 'a long text' : JSON.stringify(value)
  return typeof value === 'function' || (typeof value === 'object' && value !== null)
    ? `another ${typeof value}`
    : String(value).slice(0, 80)
}

/** Reads a value, and compares it with a kind. */
const readOption = (option: string, kind: Kind, read: () => unknown): E.Either<InvalidOption, unknown> => {
  const { expected, accepts, remedy = '' } = kind
  const invalid = (why: string): E.Either<InvalidOption, never> =>
    E.left({
      _tag: 'InvalidOption',
      option,
      message: `The option ${option} must be ${expected}, ${why}.${remedy}`,
    })
  try {
    const value = read()
    return accepts(value) ? E.right(value) : invalid(`is ${shown(value)}`)
  } catch {
    return invalid('and cannot be read')
  }
}

/** No program and no file system takes a text that contains NUL. */
const isText = (value: unknown): boolean => typeof value === 'string' && !value.includes('\0')

/** A text that is not empty. */
const nonEmpty = (expected: string): Kind => ({ expected, accepts: (value) => isText(value) && value !== '' })

const oneOf = (...values: ReadonlyArray<unknown>): Kind => ({
  expected: values.map((value) => JSON.stringify(value)).join(' or '),
  accepts: (value) => values.includes(value),
})

/** The kinds of the arguments of a running server. */
const argumentKinds: Readonly<Record<'name' | 'mode', Kind>> = {
  // It also becomes a part of a URL, which half of a surrogate pair cannot.
  name: {
    expected: 'the name of a database',
    accepts: (value) => isText(value) && value !== '' && encodeURIComponent(String(value)) !== '',
  },
  mode: oneOf('fast', 'immediate'),
}

/** Throws an `InvalidOption` for a wrong argument, as the steps of this package do. */
export const checkArgument = (name: keyof typeof argumentKinds, value: unknown): void => {
  const read = readOption(name, argumentKinds[name], () => value)
  if (E.isLeft(read)) throw read.left
}

const kinds: Readonly<Record<keyof EmbeddedPostgresOptions, Kind>> = {
  directory: nonEmpty('the path of a directory'),
  durable: oneOf(true, false),
  postgresFlags: { expected: 'a list of texts', accepts: (value) => Array.isArray(value) && [...value].every(isText) },
  // Postgres itself would take port 0, and answer other values with the text of its manual.
  port: {
    expected: 'an integer from 1 to 65535',
    accepts: (value) => typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535,
    remedy: ' Leave it out for a free port.',
  },
  user: nonEmpty('the name of a user'),
  cache: nonEmpty('the path of a directory'),
  logger: {
    expected: 'an object with the functions info and warn',
    accepts: (value) => ['info', 'warn'].every((level) => typeof Reflect.get(Object(value), level) === 'function'),
  },
}

const anObject: Kind = { expected: 'an object', accepts: (value) => typeof value === 'object' && value !== null }

/** Reads each option once. Those of `required` must be there; an option that is undefined is absent. */
export const readOptions = <Required extends keyof EmbeddedPostgresOptions = never>(
  given: unknown,
  ...required: ReadonlyArray<Required>
): E.Either<InvalidOption, Pick<EmbeddedPostgresOptions, Required> & Partial<EmbeddedPostgresOptions>> => {
  const record = readOption('options', anObject, () => given)
  if (E.isLeft(record)) return record
  const options: Record<string, unknown> = {}
  for (const [option, kind] of Object.entries(kinds)) {
    const mayBeAbsent = !required.some((one) => one === option)
    const accepts: Kind['accepts'] = (value) => (value === undefined && mayBeAbsent) || kind.accepts(value)
    const value = readOption(option, { ...kind, accepts }, () => Reflect.get(Object(given), option))
    if (E.isLeft(value)) return value
    options[option] = value.right
  }
  // Each was accepted by its kind.
  return E.right(options as unknown as EmbeddedPostgresOptions)
}
