/**
 * Characters of data that would change what a terminal shows: control characters of both sets, separators of lines, and
 * those that change the direction of text.
 */
const steering = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu

/** A text of one line that cannot steer a terminal. */
export const plain = (text: string): string => text.replaceAll(steering, '\uFFFD')

/** The same for each line of a text. Every output passes through it, so that no command can forget it. */
export const plainLines = (text: string): string => text.split('\n').map(plain).join('\n')

/** The same JSON, with these characters escaped, so its meaning is kept. */
export const plainJson = (json: string): string =>
  // JSON.stringify leaves control characters outside of strings alone: the line feeds of an indented text.
  json.replaceAll(steering, (char) => (char === '\n' ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`))
