import type * as t from 'io-ts'

const tagOf = (codec: unknown): unknown =>
  typeof codec === 'object' && codec !== null && '_tag' in codec ? codec._tag : undefined

/** The alternatives of unions that an error is in, each by the keys on the way to it. */
const alternativesOf = ({ context }: t.ValidationError): ReadonlyArray<string> =>
  context.flatMap((_, i) =>
    i > 0 && tagOf(context[i - 1]?.type) === 'UnionType'
      ? [
          context
            .slice(0, i + 1)
            .map(({ key }) => key)
            .join('.'),
        ]
      : [],
  )

/**
 * The error of io-ts that says most: the deepest. A union reports the errors of all its alternatives. An alternative
 * whose literal differs, such as another `kind`, was not meant.
 */
export const tellingError = (errors: t.Errors): t.ValidationError | undefined => {
  const notMeant = new Set(
    errors.filter(({ context }) => tagOf(context.at(-1)?.type) === 'LiteralType').flatMap(alternativesOf),
  )
  const meant = errors.filter((error) => !alternativesOf(error).some((one) => notMeant.has(one)))
  return [...(meant.length > 0 ? meant : errors)].sort((a, b) => b.context.length - a.context.length)[0]
}
