import type { DocumentQuery } from '@foldlog/core/store'

/** A range of keys that an index finds without reading others: from `first` on, after `after`, before `before`. */
export interface KeyRange {
  readonly first: string
  readonly after: string
  readonly before: string
}

/** A text after every key: a key has at most 512 UTF-16 code units, that is 256 of these characters. */
export const afterAllKeys = '\u{10FFFF}'.repeat(257)

/**
 * Returns the smallest text after all texts with the prefix: the last character that can be incremented is incremented,
 * and the rest is dropped.
 */
const afterPrefix = (prefix: string): string => {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  while (points.at(-1) === 0x10ffff) points.pop()
  const last = points.pop()
  if (last === undefined) return afterAllKeys
  // Between U+D7FF and U+E000 are the halves of surrogate pairs, which are not characters.
  return String.fromCodePoint(...points, last === 0xd7ff ? 0xe000 : last + 1)
}

const byCodePoint = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

export const keyRangeOf = ({
  prefix = '',
  from = '',
  to = afterAllKeys,
  after = '',
}: Pick<DocumentQuery, 'prefix' | 'from' | 'to' | 'after'>): KeyRange => {
  const end = afterPrefix(prefix)
  return {
    first: byCodePoint(from, prefix) > 0 ? from : prefix,
    after,
    before: byCodePoint(to, end) < 0 ? to : end,
  }
}
