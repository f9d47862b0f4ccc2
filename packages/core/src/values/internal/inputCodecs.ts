import { either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { type InvalidInput, invalidInput } from '../InvalidInput.ts'
import { Json } from '../Json.ts'
import { format } from './format.ts'
import { nameProblem } from './textRules.ts'

/** A codec of input: `problemOf` returns why a value is not accepted, or `undefined` when it is. */
export const inputCodec = <A>(problemOf: (value: unknown) => string | undefined): t.Type<A> =>
  new t.Type<A>(
    'input',
    (value): value is A => problemOf(value) === undefined,
    (value, context) => {
      const problem = problemOf(value)
      // `problemOf` is the definition of the type.
      return problem === undefined ? t.success(value as A) : t.failure(value, context, problem)
    },
    F.identity,
  )

export const integer = (min: number, max = Number.MAX_SAFE_INTEGER): t.Type<number> =>
  inputCodec((value) =>
    typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max
      ? undefined
      : `must be an integer from ${min} ${max === Number.MAX_SAFE_INTEGER ? 'up' : `to ${max}`}, is ${format(value)}`,
  )

/** A text with a rule of its own. */
export const text = (problemOf: (value: string) => string | undefined): t.Type<string> =>
  inputCodec((value) => (typeof value === 'string' ? problemOf(value) : `must be a string, is ${format(value)}`))

/** A readable name of at most so many characters. */
export const name = (max: number): t.Type<string> => text((value) => nameProblem(value, max))

export const oneOf = <A extends string>(words: ReadonlyArray<A>): t.Type<A> =>
  inputCodec((value) =>
    words.some((word) => word === value) ? undefined : `must be one of ${words.join(', ')}, is ${format(value)}`,
  )

export const date: t.Type<Date> = inputCodec((value) =>
  // The tag, for a date of another realm is no instance of this one's class.
  Object.prototype.toString.call(value) === '[object Date]' && Number.isSafeInteger(Number(value))
    ? undefined
    : `must be a date, is ${format(value)}`,
)

/** A codec for what the constructor of a type accepts. */
export const accepted = <A>(check: (value: unknown) => E.Either<InvalidInput, A>): t.Type<A> =>
  inputCodec((value) => {
    const result = check(value)
    return E.isLeft(result) ? result.left.why : undefined
  })

/** The path of a problem goes on within the value. */
export const json: t.Type<Json> = new t.Type<Json>(
  'JSON',
  (value): value is Json => E.isRight(Json.check('')(value)),
  (value, context) =>
    F.pipe(
      Json.check('')(value),
      E.mapLeft(({ what, why }) => [
        { value, context: [...context, { key: what, type: t.unknown, actual: value }], message: why },
      ]),
    ),
  F.identity,
)

export const optional = <A>(codec: t.Type<A>): t.Type<A | undefined> =>
  new t.Type<A | undefined>(
    codec.name,
    (value): value is A | undefined => value === undefined || codec.is(value),
    (value, context) => (value === undefined ? t.success(value) : codec.validate(value, context)),
    F.identity,
  )

export const nullable = <A>(codec: t.Type<A>): t.Type<A | null> =>
  inputCodec((value) => {
    if (value === null) return undefined
    const decoded = codec.decode(value)
    return E.isLeft(decoded) ? `${decoded.left[0]?.message}; or null` : undefined
  })

/** An object with these fields, and perhaps others. */
export const object = <P extends t.Props>(fields: P): t.TypeC<P> => t.type(fields, 'an object')

/** Numbers of elements. */
interface Size {
  readonly min?: number
  readonly max?: number
}

export const list = <A>(element: t.Type<A>, { min = 0, max = Number.POSITIVE_INFINITY }: Size = {}) => {
  const elements = t.array(element)
  const size = inputCodec<ReadonlyArray<unknown>>((value) => {
    if (!Array.isArray(value)) return `must be an array, is ${format(value)}`
    if (value.length < min) return `must have at least ${min} ${min === 1 ? 'element' : 'elements'}`
    return value.length <= max ? undefined : `must have at most ${max} elements, has ${value.length}`
  })
  return new t.Type<Array<A>>(
    'list',
    elements.is,
    (value, context) => {
      const sized = size.validate(value, context)
      return E.isLeft(sized) ? sized : elements.validate(value, context)
    },
    F.identity,
  )
}

/** `[0]` for an index, `.key` for a field. A path within JSON has its own signs. */
const pathPart = (key: string): string => (/^\d+$/.test(key) ? `[${key}]` : /^\w/.test(key) ? `.${key}` : key)

/**
 * Checks input by a codec. The first problem is reported, at its place: `commits[2].changes[0].key`. `what` names the
 * whole value; without it the fields of the value are named.
 */
export const checkInput =
  (what: string) =>
  <A>(codec: t.Decoder<unknown, A>) =>
  (value: unknown): E.Either<InvalidInput, A> =>
    F.pipe(
      codec.decode(value),
      E.mapLeft(([error]) => {
        const path = (error?.context ?? []).slice(1).map(({ key }) => pathPart(key))
        const expected = error?.context.at(-1)?.type.name
        return invalidInput(
          `${what}${path.join('')}`.replace(/^\./, ''),
          error?.message ?? `must be ${expected}, is ${format(error?.value)}`,
        )
      }),
    )
