import { ValidationProblem } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import type { RequestError } from '../RequestError.ts'
import type { Codecs, Decoded } from '../RouteInput.ts'
import { withoutUndefined } from './withoutUndefined.ts'

/** Decodes parameters by their codecs, and names every one that is wrong. */
const decode = <P extends Codecs>(
  codecs: P | undefined,
  textOf: (name: string) => unknown,
  pathOf: (name: string) => string,
): E.Either<ReadonlyArray<ValidationProblem>, Decoded<P>> => {
  const decoded: Record<string, unknown> = {}
  const problems: Array<ValidationProblem> = []
  for (const [name, codec] of Object.entries<t.Mixed>(codecs ?? {})) {
    const text = textOf(name)
    const one = (text === undefined ? codec : withoutUndefined(codec)).decode(text)
    if (E.isRight(one)) decoded[name] = one.right
    else problems.push(...ValidationProblem.fromIoTs(one.left, pathOf(name)))
  }
  // Each name has the value that its own codec decoded.
  return problems.length > 0 ? E.left(problems) : E.right(decoded as Decoded<P>)
}

/** Decodes the parameters of a path. */
export const decodePath = <P extends Codecs>(
  codecs: P | undefined,
  values: Readonly<Record<string, string>>,
): E.Either<RequestError, Decoded<P>> => {
  const decoded = decode(
    codecs,
    (name) => values[name],
    (name) => name,
  )
  return E.isRight(decoded) ? decoded : E.left({ _tag: 'InvalidPath', problems: decoded.left })
}

/**
 * Decodes the parameters of a query. One that is absent is `undefined`, one that comes several times is a list of its
 * texts.
 */
export const decodeQuery = <Q extends Codecs>(
  codecs: Q | undefined,
  { url }: Request,
): E.Either<RequestError, Decoded<Q>> => {
  const { searchParams } = new URL(url)
  const textOf = (name: string): unknown => {
    const all = searchParams.getAll(name)
    return all.length > 1 ? all : all[0]
  }
  const decoded = decode(codecs, textOf, (name) => `?${name}=`)
  return E.isRight(decoded) ? decoded : E.left({ _tag: 'InvalidQuery', problems: decoded.left })
}
