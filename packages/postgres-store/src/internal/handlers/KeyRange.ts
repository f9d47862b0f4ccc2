import type { DocumentQuery } from '@foldlog/core'

/** Keys from `first` on, behind `after`, before `before`: what an index finds without looking at others. */
export interface KeyRange {
  readonly first: string
  readonly after: string
  readonly before: string
}

/** Behind every key: a key has at most 512 UTF-16 code units, so 256 of these. */
const afterAllKeys = '\u{10FFFF}'.repeat(257)

/** The smallest text behind all that begin with the prefix: its last character that can be raised is raised, what stands behind it dropped. */
const afterPrefix = (prefix: string): string => {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  while (points.at(-1) === 0x10ffff) points.pop()
  const last = points.pop()
  if (last === undefined) return afterAllKeys
  // Between U+D7FF and U+E000 stand the halves of surrogate pairs, which are no characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
}

export const keyRangeOf = ({ prefix = '', after = '' }: Pick<DocumentQuery, 'prefix' | 'after'>): KeyRange => ({
  first: prefix,
  after,
  before: afterPrefix(prefix),
})
