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

/** Draws rows without frames and colours, so that a file has the same text. `null`: the cells decide the width. */
const draw = (
  columns: ReadonlyArray<Pick<Column, 'align'>>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  lastWidth: number | null,
): ReadonlyArray<string> => {
  const drawn = new Table({
    // The types know no `null`, which the library takes.
    colWidths: columns.map((_, index) => (index === columns.length - 1 ? lastWidth : null)) as Array<number>,
    chars,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map(({ align = 'left' }) => align),
  })
  drawn.push(...rows.map((row) => row.map(plain)))
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
}

/** The smallest width of the last column, in characters. */
const leastWidth = 12

/** Draws each row by itself, with a line for each of its cells. */
const drawRecords = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  width: number,
): ReadonlyArray<string> => {
  const titleWidth = Math.max(...columns.map(({ title }) => title.length)) + 2
  return rows.flatMap((row, index) => {
    const cells = columns.map(({ title }, column) => [title, row[column] ?? ''])
    const lines = draw([{}, {}], cells, Math.max(leastWidth, width - titleWidth))
    return index === 0 ? lines : ['', ...lines]
  })
}

/**
 * Draws rows as a table. On a terminal, `width` is its width in characters: no line is longer, because a table with
 * wrapped lines cannot be read. The last column, which is aligned to the left, is cut where the line ends. When the
 * other columns leave no room for it, each row is shown by itself, with a line for each of its cells.
 */
export const table = (
  columns: ReadonlyArray<Column>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  width?: number,
): string => {
  const all = [columns.map(({ title }) => title), ...rows]
  const lines = draw(columns, all, null)
  if (width === undefined) return lines.join('\n')
  // Titles are ASCII: the last column begins where its title does.
  const rest = width - (lines[0] ?? '').lastIndexOf(columns.at(-1)?.title ?? '')
  return (rest < leastWidth ? drawRecords(columns, rows, width) : draw(columns, all, rest)).join('\n')
}
