import type { HistoryId } from '@foldlog/core'
import type { DispatchContext } from '@foldlog/dispatcher'
import { either as E } from 'fp-ts'
import { invalidHeader, type RequestError } from './RequestError.ts'

/**
 * Makes the entity tag of a version of a stream, with the history of the log in which it was read: `"12-memory-1"`. A
 * number alone does not identify a state: after the log was rewound, other events have the same versions. Without a
 * history the tag is `"12"`, and only the number is compared.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = (version: number, history?: HistoryId): string =>
  history === undefined ? `"${version}"` : `"${version}-${history}"`

const tag = /^\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*$/

interface Tag {
  readonly weak: boolean
  readonly text: string
}

/**
 * Parses a list of tags. Foldlog's own tags have no comma, so splitting at commas breaks only foreign tags, whose parts
 * are invalid or match nothing.
 */
const parse = (header: string, value: string): E.Either<RequestError, ReadonlyArray<Tag>> => {
  const tags: Array<Tag> = []
  for (const part of value.split(',')) {
    const found = tag.exec(part)
    if (found === null) return E.left(invalidHeader(header, `must be * or entity tags such as "12", is ${value}`))
    tags.push({ weak: found[1] !== undefined, text: found[2] ?? '' })
  }
  return E.right(tags)
}

type Expected = Pick<DispatchContext, 'expected' | 'history'>

const seenIn = ({ text }: Tag): Expected | undefined => {
  const [, digits, history] = /^(0|[1-9]\d{0,15})(?:-([\w-]{1,64}))?$/.exec(text) ?? []
  const expected = Number(digits)
  if (!Number.isSafeInteger(expected)) return undefined
  return history === undefined ? { expected } : { expected, history }
}

/**
 * Returns what a request expects of the stream that it changes, for the context of a dispatch: the version in
 * `If-Match`, with its history when the tag has one; `streamExists` for `If-Match: *`; `noStream` for `If-None-Match:
 * *`; nothing when it has neither header. Weak tags and foreign tags match no version (`PreconditionFailed`). A command
 * is decided on one version, so a list with several of them is an `InvalidHeader`.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { ETag } from '@foldlog/http'
 *
 * const asking = (headers: Record<string, string>) =>
 *   new Request('http://here/accounts/17', { method: 'PUT', headers })
 *
 * console.log(ETag.expected(asking({ 'If-Match': '"3-memory-1"' })))
 * console.log(ETag.expected(asking({ 'If-None-Match': '*' })))
 * console.log(ETag.expected(asking({ 'If-Match': 'W/"3"' })))
 * ```
 *
 * ```text
 * { _tag: 'Right', right: { expected: 3, history: 'memory-1' } }
 * { _tag: 'Right', right: { expected: 'noStream' } }
 * {
 *   _tag: 'Left',
 *   left: { _tag: 'PreconditionFailed', header: 'If-Match' }
 * }
 * ```
 */
const expected = (request: Request): E.Either<RequestError, Expected> => {
  const match = request.headers.get('If-Match')
  const none = request.headers.get('If-None-Match')
  if (match !== null && none !== null) return E.left(invalidHeader('If-Match', 'and If-None-Match cannot be combined'))
  if (none !== null) {
    return none.trim() === '*'
      ? E.right({ expected: 'noStream' })
      : E.left(invalidHeader('If-None-Match', 'must be * here'))
  }
  if (match === null) return E.right({})
  if (match.trim() === '*') return E.right({ expected: 'streamExists' })
  const tags = parse('If-Match', match)
  if (E.isLeft(tags)) return tags
  const known = tags.right.flatMap((one) => (one.weak ? [] : (seenIn(one) ?? [])))
  const [first] = known
  if (first === undefined) return E.left({ _tag: 'PreconditionFailed', header: 'If-Match' })
  return known.every(({ expected, history }) => expected === first.expected && history === first.history)
    ? E.right(first)
    : E.left(invalidHeader('If-Match', 'names several versions'))
}

/**
 * Whether a reader already has this version, by `If-None-Match`, in the same history; an invalid header is ignored. A
 * restart that lost nothing also begins a new history: then the reader gets the body again.
 *
 * @category predicates
 * @since 0.1.0
 */
const isKnown = (request: Request, version: number, history?: HistoryId): boolean => {
  const none = request.headers.get('If-None-Match')
  if (none === null) return false
  if (none.trim() === '*') return true
  const tags = parse('If-None-Match', none)
  return E.isRight(tags) && tags.right.some(({ text }) => `"${text}"` === of(version, history))
}

/**
 * Functions on entity tags, which are versions of streams in a history of the log.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ETag = { of, expected, isKnown } as const
