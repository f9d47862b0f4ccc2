import Table from 'cli-table3'
import { plain } from './plain.ts'

/** A column of a table: its title, and the alignment of its cells. */
export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
}

const parts =
  'top top-mid top-left top-right bottom bottom-mid bottom-left bottom-right left left-mid right right-mid mid mid-mid'

const chars = { ...Object.fromEntries(parts.split(' ').map((part) => [part, ''])), middle: '  ' }

const draw = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  lastWidth: number | null,
): ReadonlyArray<string> => {
  const drawn = new Table({
    // `null` is a width that the cells decide.
    colWidths: columns.map((_, index) => (index === columns.length - 1 ? lastWidth : null)) as Array<number>,
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
}

/** Columns that a last column keeps, however narrow the terminal is. */
const leastWidth = 12

/**
 * Rows as a table without frames and colours, which reads the same in a file. On a terminal the last column is cut where
 * the line ends: a table with wrapped lines cannot be read.
 */
export const table = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  width?: number,
): string => {
  const lines = draw(columns, rows, null)
  const title = columns.at(-1)?.title ?? ''
  if (width === undefined || title === '') return lines.join('\n')
  // Titles are ASCII, and the last column is aligned to the left: it begins where its title does.
  const start = (lines[0] ?? '').lastIndexOf(title)
  return draw(columns, rows, Math.max(leastWidth, width - start)).join('\n')
}
