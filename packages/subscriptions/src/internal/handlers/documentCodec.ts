import { Json, ValidationProblem } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import type { DocumentEncodeFailure, HandlerFailure } from '../../FailurePolicy.ts'
import { runPure } from './userCode.ts'

/** The document that a value is encoded for. */
export type TargetDocument = Pick<DocumentEncodeFailure, 'kind' | 'key'>

type Encoded<A> = E.Either<HandlerFailure, A>

/** The form in which a value is stored, and the value that a reader decodes from it. */
export interface StoredForm {
  readonly json: Json
  readonly value: unknown
}

/** The JSON form of a value, or why it has none. */
export const toJson = ({ kind, key }: TargetDocument, encode: () => unknown): Encoded<Json> => {
  const json = runPure(() => Json.check(kind)(encode()))
  if (E.isLeft(json)) return json
  const { right: checked } = json
  if (E.isRight(checked)) return checked
  const { what, why } = checked.left
  return E.left({
    _tag: 'DocumentEncodeFailure',
    kind,
    key,
    problems: ValidationProblem.asTexts([{ path: what, why }]),
  })
}

/** Decodes a document that is stored, or about to be stored. */
export const decodeDocument = (
  codec: t.Mixed,
  root: string,
  json: unknown,
): E.Either<ReadonlyArray<ValidationProblem>, unknown> => {
  const read = runPure(() => {
    const decoded = codec.decode(json)
    return E.isRight(decoded) ? decoded : E.left(ValidationProblem.fromIoTs(decoded.left, root))
  })
  if (E.isRight(read)) return read.right
  const why = read.left._tag === 'HandlerThrew' ? read.left.why : 'cannot be decoded'
  return E.left(ValidationProblem.asTexts([{ path: root, why }]))
}

/**
 * The form in which a value is stored. Its own codec must decode that form again: a fold may return a value that the
 * codec rejects, such as 0 where the view has a refinement that requires more than 0. Then no other process, nor this
 * one after a restart, could read the document.
 *
 * The next step goes on from the decoded value, as it does after a restart. The value that the user's code returned may
 * have fields that are not stored. See docs/decisions/0043.
 */
export const encodeDocument = (codec: t.Mixed, document: TargetDocument, value: unknown): Encoded<StoredForm> => {
  const json = toJson(document, () => codec.encode(value))
  if (E.isLeft(json)) return json
  const read = decodeDocument(codec, document.kind, json.right)
  return E.isRight(read)
    ? E.right({ json: json.right, value: read.right })
    : E.left({ _tag: 'DocumentEncodeFailure', ...document, problems: read.left })
}

/** Quicker than `structuredClone`, which jsdom lacks. JSON is what a round trip does not change. */
const copyJson = (json: Json): Json => JSON.parse(JSON.stringify(json))

/**
 * A copy of a value: its stored form, decoded. Codecs may return the object that they get, so the form is copied
 * between them. A value without a stored form is returned as it is, because its later encoding reports the problem.
 */
export const copyBy = (codec: t.Mixed, document: TargetDocument, value: unknown): unknown => {
  const json = toJson(document, () => codec.encode(value))
  const copy = E.isRight(json) ? decodeDocument(codec, document.kind, copyJson(json.right)) : json
  return E.isRight(copy) ? copy.right : value
}

/**
 * What a reader would get if a value between two events of one batch were stored; Left when its codec cannot read it
 * again. It does not check that the form is JSON, which is done when a value is stored.
 */
export const readBack = (codec: t.Mixed, value: unknown): E.Either<unknown, unknown> => {
  const read = runPure(() => codec.decode(codec.encode(value)))
  return E.isLeft(read) ? read : read.right
}

/**
 * Whether a value seems not to be of its type: then the stored form decides. This check is much cheaper than encoding.
 * A codec whose `is` throws, or is stricter than its `decode`, costs time and nothing else.
 */
export const looksInvalid = (codec: t.Mixed, value: unknown): boolean => {
  const is = runPure(() => codec.is(value))
  return E.isLeft(is) || !is.right
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  Object.prototype.toString.call(value) === '[object Object]'

const lacksFields = (value: unknown, read: unknown): boolean => {
  // Codecs return the parts that they do not change.
  if (value === read) return false
  if (Array.isArray(value) && Array.isArray(read)) return value.some((one, i) => lacksFields(one, read[i]))
  if (!isRecord(value) || !isRecord(read)) return false
  return Object.keys(value).some(
    (key) => value[key] !== undefined && (!Object.hasOwn(read, key) || lacksFields(value[key], read[key])),
  )
}

/** Whether a value has fields that the value read from its stored form lacks. */
export const hasExcess = (value: unknown, read: unknown): boolean => {
  const lacks = runPure(() => lacksFields(value, read))
  return E.isLeft(lacks) || lacks.right
}

/** The path, and what was expected there: `view.free: expected Positive, got 0`. */
export const formatProblems = (problems: ReadonlyArray<ValidationProblem>): string =>
  problems.map(({ path, why }) => `${path}: ${why}`).join('; ')

/** The failure of an event that needs a stored document, and the document cannot be decoded. */
export const unreadable = (what: string, problems: ReadonlyArray<ValidationProblem>): HandlerFailure => ({
  _tag: 'HandlerThrew',
  why: `the stored ${what} cannot be decoded by its codec: ${formatProblems(problems)}`,
  cause: problems,
})
