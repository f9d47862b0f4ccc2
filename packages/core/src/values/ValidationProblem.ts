import type * as t from 'io-ts'
import { format } from './internal/format.ts'
import { printed } from './printed.ts'

/**
 * A place in a value and the problem there. `path` is the path of io-ts, keys joined by dots: `data.items.2.amount`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ValidationProblem {
  readonly path: string
  readonly why: string
}

/** The properties that io-ts codecs have; another codec may have neither. */
interface CodecParts {
  readonly _tag?: unknown
  readonly type?: CodecParts | undefined
}

/** Codecs that wrap another one and add no place of their own to the path. */
const wrappers: ReadonlyArray<unknown> = ['ReadonlyType', 'ExactType', 'RefinementType', 'RecursiveType']

/**
 * Whether a codec is a union or an intersection. Below these, io-ts adds the index of the type's part to the path,
 * which is no place in the value.
 */
const isComposite = (codec: CodecParts): boolean =>
  codec.type !== undefined && wrappers.includes(codec._tag)
    ? isComposite(codec.type)
    : codec._tag === 'UnionType' || codec._tag === 'IntersectionType'

/** Drops the first entry of the context: it is the codec itself, with an empty key. */
const pathIn = (context: t.Context): ReadonlyArray<string> =>
  context.slice(1).flatMap(({ key }, i) => {
    // Every field of `CodecParts` is optional, so it describes any codec.
    const parent = context[i]?.type as CodecParts | undefined
    return parent !== undefined && isComposite(parent) ? [] : [key]
  })

const toValidationProblem = (error: t.ValidationError, root: string): ValidationProblem => ({
  path: [root, ...pathIn(error.context)].join('.'),
  why: error.message ?? `expected ${error.context.at(-1)?.type.name ?? 'another value'}, got ${format(error.value)}`,
})

/**
 * Lets `console.log` print a list of problems as texts at any depth, where it would print `[Array]`. The list stays
 * equal to what it was. {@link ValidationProblem}`.fromIoTs` does it for its own.
 *
 * @category combinators
 * @since 0.1.0
 */
const asTexts = (problems: ReadonlyArray<ValidationProblem>): ReadonlyArray<ValidationProblem> =>
  printed(problems, () => problems.map(({ path, why }) => `${path}: ${why}`))

/**
 * Converts the errors of io-ts, each with its path. `root` names the whole value: the path of `amount` in a body is
 * `body.amount`.
 *
 * @category constructors
 * @since 0.1.0
 */
const fromIoTs = (errors: t.Errors, root = 'data'): ReadonlyArray<ValidationProblem> =>
  asTexts(errors.map((error) => toValidationProblem(error, root)))

/**
 * Functions on {@link ValidationProblem}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ValidationProblem = { fromIoTs, asTexts } as const
