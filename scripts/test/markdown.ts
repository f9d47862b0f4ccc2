/** A fenced block of a document, for example `ts run`. */
export interface CodeBlock {
  readonly language: string
  /** The words after the language. */
  readonly words: ReadonlyArray<string>
  /** The number of its first line of code, from 1. */
  readonly line: number
  readonly lines: ReadonlyArray<string>
  /**
   * Code that is hidden from the reader, and that the compiler needs: a comment `<!-- given ... -->` right above the
   * block.
   */
  readonly given: { readonly line: number; readonly lines: ReadonlyArray<string> } | undefined
}

const fence = /^```(\w*)(.*)$/
const blank = /^\s*$/

/** The fenced blocks of a document, in order. Every fence is three back-ticks at the start of a line. */
export const codeBlocks = (document: string): ReadonlyArray<CodeBlock> => {
  const lines = document.split('\n')
  const blocks: Array<CodeBlock> = []
  let given: CodeBlock['given']
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    const until = (end: RegExp): ReadonlyArray<string> => {
      const from = at + 1
      do at++
      while (at < lines.length && !end.test(lines[at] ?? ''))
      return lines.slice(from, at)
    }
    const opening = fence.exec(line)
    if (/^<!-- given\s*$/.test(line)) given = { line: at + 2, lines: until(/^-->/) }
    else if (opening !== null) {
      const first = at + 2
      blocks.push({
        language: opening[1] ?? '',
        words: (opening[2] ?? '').split(' ').filter((word) => word !== ''),
        line: first,
        lines: until(/^```\s*$/),
        given,
      })
      given = undefined
    } else if (!blank.test(line)) given = undefined
  }
  return blocks
}

/** A block of TypeScript as a module whose lines have the numbers they have in the document. */
export interface Example {
  readonly line: number
  readonly code: string
  /** The output of an example, when it is run. */
  readonly prints: string | undefined
  /** Its name in the folder that the document describes, `ts file=seat.ts`: others import it by that name. */
  readonly file?: string
}

/**
 * The examples of a document: every block `ts`, each for itself, or with the one before it when it is marked `ts
 * continues`. Those marked `ts run` are run, and print the content of the next block when that is `text`, otherwise
 * nothing.
 */
export const examples = (document: string): ReadonlyArray<Example> => {
  const blocks = codeBlocks(document)
  const code: Array<Example> = []
  let before: ReadonlyArray<readonly [line: number, text: string]> = []
  for (const [index, block] of blocks.entries()) {
    if (block.language !== 'ts') continue
    const own = [...(block.given === undefined ? [] : [block.given]), block].flatMap(({ line, lines }) =>
      lines.map((text, offset) => [line + offset, text] as const),
    )
    const all = block.words.includes('continues') ? [...before, ...own] : own
    before = all
    const numbered = new Map(all)
    const last = Math.max(0, ...numbered.keys())
    const next = blocks[index + 1]
    const file = block.words.find((word) => word.startsWith('file='))?.slice('file='.length)
    code.push({
      line: block.line,
      ...(file === undefined ? undefined : { file }),
      code: Array.from({ length: last }, (_, line) => numbered.get(line + 1) ?? '').join('\n'),
      prints: !block.words.includes('run')
        ? undefined
        : next?.language === 'text'
          ? next.lines.join('\n').trimEnd()
          : '',
    })
  }
  return code
}

/** The comments of a source as a document whose lines have the numbers they have in the source. */
export const commentsOf = (source: string): string => {
  let inside = false
  return source
    .split('\n')
    .map((line) => {
      if (!inside) {
        inside = /^\s*\/\*\*\s*$/.test(line)
        return ''
      }
      inside = !/\*\/\s*$/.test(line)
      return inside ? line.replace(/^\s*\* ?/, '') : ''
    })
    .join('\n')
}
