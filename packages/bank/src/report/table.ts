import Table from 'cli-table3'

/**
 * A column of a table: its title, and the alignment of its cells.
 *
 * @category model
 * @since 0.1.0
 */
export interface TableColumn {
  readonly title: string
  readonly align?: 'left' | 'right'
}

const none = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  right: '',
  'right-mid': '',
  mid: '',
  'mid-mid': '',
  middle: '  ',
}

/**
 * Formats rows of texts as a table without frames and colours, which reads the same in a file.
 *
 * @category destructors
 * @since 0.1.0
 */
export const table = (columns: ReadonlyArray<TableColumn>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const drawn = new Table({
    chars: none,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map(({ align = 'left' }) => align),
  })
  const titles = columns.map(({ title }) => title)
  const rules = titles.map((title, i) => '─'.repeat(Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0))))
  drawn.push(titles, rules, ...rows.map((row) => [...row]))
  return drawn
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
