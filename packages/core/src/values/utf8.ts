const replacement = 0xfffd

/**
 * The bytes of a text in UTF-8, as `TextEncoder` makes them: half of a surrogate pair becomes U+FFFD. Written by hand,
 * because not every environment has an encoder; jsdom has none.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const utf8 = (text: string): ReadonlyArray<number> => {
  const bytes: Array<number> = []
  for (const character of text) {
    const point = character.codePointAt(0) ?? replacement
    const code = point >= 0xd800 && point < 0xe000 ? replacement : point
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), 0x80 | (code & 63))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
    else bytes.push(0xf0 | (code >> 18), 0x80 | ((code >> 12) & 63), 0x80 | ((code >> 6) & 63), 0x80 | (code & 63))
  }
  return bytes
}
