import Table from 'cli-table3'

/** A column of a table: its title, and the alignment of its cells. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

const parts =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid right right-mid mid mid-mid'

const chars = { ...Object.fromEntries(parts.split(' ').map((part) => [part, ''])), middle: '  ' }

/** Control characters, and those that change the direction of text, would let data change what a terminal shows. */
export const plain = (text: string): string =>
  text.replaceAll(/[\p{Cc}\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')

/** Rows as a table without frames and colours, which reads the same in a file. */
export const table = (columns: ReadonlyArray<Column>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const drawn = new Table({
    chars,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map(({ align = 'left' }) => align),
  })
  drawn.push(
    columns.map(({ title }) => title),
    ...rows.map((row) => row.map(plain)),
  )
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
