import type { ExpectedVersion } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { invalidHeader, type RequestError } from './RequestError.ts'

/**
 * The entity tag of a version of a stream: `"12"`.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = (version: number): string => `"${version}"`

const tag = /^\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*$/

interface Tag {
  readonly weak: boolean
  readonly text: string
}

/** No tag of ours has a comma in it, so one that has is only cut into what is no tag either, or matches nothing. */
const parse = (header: string, value: string): E.Either<RequestError, ReadonlyArray<Tag>> => {
  const tags: Array<Tag> = []
  for (const part of value.split(',')) {
    const found = tag.exec(part)
    if (found === null) return E.left(invalidHeader(header, `must be * or entity tags such as "12", is ${value}`))
    tags.push({ weak: found[1] !== undefined, text: found[2] ?? '' })
  }
  return E.right(tags)
}

const versionOf = ({ text }: Tag): number | undefined =>
  /^(0|[1-9]\d{0,15})$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined

/**
 * What a request that changes something expects of the stream: the version in `If-Match`, `streamExists` for `If-Match: *`, `noStream` for
 * `If-None-Match: *`, `undefined` when it has neither. Weak tags and tags of others match no version (`PreconditionFailed`). A command is decided on one version,
 * so a list with several of them is an `InvalidHeader`.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { ETag } from '@foldlog/http'
 *
 * const asking = (headers: Record<string, string>) => new Request('http://here/accounts/17', { method: 'PUT', headers })
 *
 * console.log(ETag.expected(asking({ 'If-Match': '"3"' })))
 * console.log(ETag.expected(asking({ 'If-None-Match': '*' })))
 * console.log(ETag.expected(asking({ 'If-Match': 'W/"3"' })))
 * ```
 *
 * ```text
 * { _tag: 'Right', right: 3 }
 * { _tag: 'Right', right: 'noStream' }
 * {
 *   _tag: 'Left',
 *   left: { _tag: 'PreconditionFailed', header: 'If-Match' }
 * }
 * ```
 */
const expected = (request: Request): E.Either<RequestError, ExpectedVersion | undefined> => {
  const match = request.headers.get('If-Match')
  const none = request.headers.get('If-None-Match')
  if (match !== null && none !== null) return E.left(invalidHeader('If-Match', 'and If-None-Match cannot both hold'))
  if (none !== null) {
    return none.trim() === '*' ? E.right('noStream') : E.left(invalidHeader('If-None-Match', 'must be * here'))
  }
  if (match === null) return E.right(undefined)
  if (match.trim() === '*') return E.right('streamExists')
  const tags = parse('If-Match', match)
  if (E.isLeft(tags)) return tags
  const versions = tags.right.flatMap((one) => (one.weak ? [] : (versionOf(one) ?? [])))
  const [version, ...others] = new Set(versions)
  if (version === undefined) return E.left({ _tag: 'PreconditionFailed', header: 'If-Match' })
  return others.length === 0 ? E.right(version) : E.left(invalidHeader('If-Match', 'names several versions'))
}

/**
 * Whether a reader has this version already, by `If-None-Match`; what cannot be understood is passed over.
 *
 * @category predicates
 * @since 0.1.0
 */
const isKnown = (request: Request, version: number): boolean => {
  const none = request.headers.get('If-None-Match')
  if (none === null) return false
  if (none.trim() === '*') return true
  const tags = parse('If-None-Match', none)
  return E.isRight(tags) && tags.right.some((one) => versionOf(one) === version)
}

/**
 * Functions on entity tags, which are versions of streams.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ETag = { of, expected, isKnown } as const
