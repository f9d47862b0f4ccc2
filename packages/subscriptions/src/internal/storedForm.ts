import { Json, type Problem, Problems } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import type { DocumentRefused, HandlingFailure } from '../FailurePolicy.ts'
import { attempt } from './attempting.ts'

/** Which document a value is to become. */
export type DocumentOf = Pick<DocumentRefused, 'kind' | 'key'>

type Formed<A> = E.Either<HandlingFailure, A>

/** Whether a value can be stored at all. */
export const jsonForm = ({ kind, key }: DocumentOf, encode: () => unknown): Formed<Json> => {
  const form = attempt(() => Json.check(kind)(encode()))
  if (E.isLeft(form)) return form
  const { right: checked } = form
  if (E.isRight(checked)) return checked
  const { what, why } = checked.left
  return E.left({ _tag: 'DocumentRefused', kind, key, problems: [{ path: what, why }] })
}

/** Decodes what is stored, or is about to be stored. */
export const readForm = (codec: t.Mixed, root: string, form: unknown): E.Either<ReadonlyArray<Problem>, unknown> => {
  const read = attempt(() => {
    const decoded = codec.decode(form)
    return E.isRight(decoded) ? decoded : E.left(Problems.of(decoded.left, root))
  })
  if (E.isRight(read)) return read.right
  return E.left([{ path: root, why: read.left._tag === 'HandlerThrew' ? read.left.why : 'cannot be decoded' }])
}

/**
 * The form in which a value is stored. Its own codec must decode that form again: a fold may return a value that the
 * codec refuses, such as 0 where the view has a refinement that says above 0. Then no other process, nor this one after
 * a restart, could read the document.
 */
export const storedForm = (codec: t.Mixed, document: DocumentOf, value: unknown): Formed<Json> => {
  const form = jsonForm(document, () => codec.encode(value))
  if (E.isLeft(form)) return form
  const read = readForm(codec, document.kind, form.right)
  return E.isRight(read) ? form : E.left({ _tag: 'DocumentRefused', ...document, problems: read.left })
}

/**
 * Whether a value seems not to be of its type: then the stored form decides. This check is much cheaper than the stored
 * form. A codec whose `is` throws, or is stricter than its `decode`, costs time and nothing else.
 */
export const isDoubtful = (codec: t.Mixed, value: unknown): boolean => {
  const is = attempt(() => codec.is(value))
  return E.isLeft(is) || !is.right
}

/** The path, and what was expected there: `view.free: expected Positive, got 0`. */
export const problemsText = (problems: ReadonlyArray<Problem>): string =>
  problems.map(({ path, why }) => `${path}: ${why}`).join('; ')
