import type { Finding } from './sourceRules.ts'

/** Columns that a line of prose in a document may have. */
export const maxColumns = 120

/** Lines that start a part of a document that must not be wrapped, and the lines that end it. */
const unwrapped: ReadonlyArray<readonly [start: RegExp, end: RegExp]> = [
  [/^\s*(`{3,}|~{3,})/, /^\s*(`{3,}|~{3,})\s*$/],
  // Comments: what an example is given, and figures that a program writes.
  [/^<!-- from here on written by /, /^<!-- up to here -->/],
  [/^<!--(?!.*-->)/, /-->/],
]

/** A single line that is not prose: a heading, a part of a table, HTML, a quotation, or the target of a link. */
const isOther = (line: string): boolean => /^\s*(#|\||<|>|\[[^\]]+\]:|(?:[-*_] *){3,}$)/.test(line)

const startOfItem = /^(\s*)([-*+]|\d+[.)])(\s+)/

/** A paragraph or an item of a list: the lines from `from` up to `to`, which is not one of them. */
interface Block {
  readonly from: number
  readonly to: number
}

/** The first line behind the front matter. */
const behindFrontMatter = (lines: ReadonlyArray<string>): number =>
  lines[0] === '---' ? lines.indexOf('---', 1) + 1 : 0

const blocksOf = (lines: ReadonlyArray<string>): ReadonlyArray<Block> => {
  const blocks: Array<Block> = []
  let from: number | undefined
  const close = (to: number): void => {
    if (from !== undefined) blocks.push({ from, to })
    from = undefined
  }
  for (let at = behindFrontMatter(lines); at < lines.length; at++) {
    const line = lines[at] ?? ''
    const skipped = unwrapped.find(([start]) => start.test(line))
    if (skipped !== undefined) {
      close(at)
      for (at++; at < lines.length && !skipped[1].test(lines[at] ?? ''); ) at++
    } else if (line.trim() === '' || isOther(line)) close(at)
    else if (startOfItem.test(line)) {
      close(at)
      from = at
    } else from ??= at
  }
  close(lines.length)
  return blocks
}

/** A link or code, which must not be broken: programs read both line by line. */
const whole = /`[^`]*`|!?\[[^\]]*\]\([^)]*\)/g

/** The words of a text. A link or code is a word, with the characters that touch it. */
const wordsOf = (text: string): ReadonlyArray<string> => {
  const kept: Array<string> = []
  const masked = text.replaceAll(whole, (part) => {
    kept.push(part)
    return `\u0000${kept.length - 1}\u0001`
  })
  const unmask = (word: string): string =>
    // biome-ignore lint/suspicious/noControlCharactersInRegex: no document has these characters.
    word.replaceAll(/\u0000(\d+)\u0001/g, (_, index) => kept[Number(index)] ?? '')
  return masked
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(unmask)
}

/** At the start of a line these would begin something else than prose. */
const isMarker = (word: string): boolean => /^([-*+]|\d+[.)]|#{1,6}|[|>].*|<!--.*|[=-]+)$/.test(word)

/** The lines of a block, filled to the width. */
const filled = (block: ReadonlyArray<string>): ReadonlyArray<string> => {
  const [first = ''] = block
  const [marker = ''] = startOfItem.exec(first) ?? [/^\s*/.exec(first)?.[0] ?? '']
  const indent = ' '.repeat(marker.length)
  const lines: Array<string> = []
  let line = marker
  let isEmpty = true
  const words = wordsOf([first.slice(marker.length), ...block.slice(1)].join('\n'))
  for (const [index, word] of words.entries()) {
    const next = words[index + 1]
    // A marker goes to no start of a line: it stays behind the word before it, even if the line is too long then.
    const needed = next !== undefined && isMarker(next) ? `${word} ${next}` : word
    if (!isEmpty && !isMarker(word) && line.length + 1 + needed.length > maxColumns) {
      lines.push(line)
      line = indent
      isEmpty = true
    }
    line += isEmpty ? word : ` ${word}`
    isEmpty = false
  }
  return [...lines, line]
}

const hasBreaks = (block: ReadonlyArray<string>): boolean => block.some((line) => /( {2}|\\)$/.test(line))

const isLong = (line: string): boolean => line.length > maxColumns

/** Wraps the paragraphs and items of a document that have a line which is too long. All other lines stay. */
export const wrapProse = (text: string): string => {
  const lines = text.split('\n')
  const wrapped: Array<string> = []
  let at = 0
  for (const { from, to } of blocksOf(lines)) {
    const block = lines.slice(from, to)
    wrapped.push(...lines.slice(at, from), ...(block.some(isLong) && !hasBreaks(block) ? filled(block) : block))
    at = to
  }
  return [...wrapped, ...lines.slice(at)].join('\n')
}

/** Paragraphs and items of a document with a line that is too long and could be shorter. */
export const longProse = (file: string, text: string): ReadonlyArray<Finding> => {
  const lines = text.split('\n')
  return blocksOf(lines).flatMap(({ from, to }) => {
    const block = lines.slice(from, to)
    const long = block.findIndex(isLong)
    return long < 0 || hasBreaks(block) || filled(block).join('\n') === block.join('\n')
      ? []
      : [`${file}:${from + long + 1}: ${block[long]?.length} columns; node scripts/test/wrapProse.mjs wraps it`]
  })
}
