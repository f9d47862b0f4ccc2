import { createReadStream } from 'node:fs'
import { describeUnknown } from '@foldlog/core'
import { type Info, parse } from 'csv-parse'
import { either as E, function as F } from 'fp-ts'
import { columns, type Fields, Row } from './Row.ts'
import type { RowError, UnparsableLine } from './RowError.ts'

/**
 * A row and its place: the line where it begins, from 1, and its size in bytes, with the text before it that is not a
 * row.
 *
 * @category model
 * @since 0.1.0
 */
export interface NumberedRow {
  readonly line: number
  readonly bytes: number
  readonly row: Row
}

interface Parsed {
  readonly record: ReadonlyArray<string>
  readonly info: Pick<Info, 'lines' | 'records' | 'bytes' | 'empty_lines'>
}

/** Maximum characters of a row. A longer one comes from a quote that was never closed. */
const longest = 65_536

const format = {
  delimiter: ';',
  record_delimiter: ['\r\n', '\n'],
  bom: true,
  info: true,
  skip_empty_lines: true,
  // The fields are counted below, for a better message.
  relax_column_count: true,
  max_record_size: longest,
}

const breaksIn = (record: ReadonlyArray<string>): { readonly bytes: number; readonly lines: number } => {
  const text = record.join('')
  return { bytes: text.match(/[\r\n]/g)?.length ?? 0, lines: text.match(/\r\n|\n|\r/g)?.length ?? 0 }
}

/**
 * Tracks the lines of a file. csv-parse counts a CRLF within quotes as two, and reports the end of a record, not its
 * start.
 */
const lineCounter = () => {
  let tooMany = 0
  let end = 0
  let emptyLines = 0
  return {
    /** The line where a record begins. */
    next: ({ record, info }: Parsed): number => {
      const breaks = breaksIn(record)
      tooMany += breaks.bytes - breaks.lines
      end = info.lines - tooMany
      emptyLines = info.empty_lines
      return end - breaks.lines
    },
    /** The line where the text after the last record begins. */
    after: (empty = emptyLines): number => end + 1 + empty - emptyLines,
  }
}

type Malformed = Omit<UnparsableLine, '_tag' | 'file' | 'line'>

const header = columns.join(';')

/** The place of a column in a record. */
const readHeader = (names: ReadonlyArray<string>): E.Either<Malformed, (record: ReadonlyArray<string>) => Fields> =>
  names.length === columns.length && columns.every((column) => names.includes(column))
    ? // Each column is in the header once, so each has its text.
      E.right((record) => Object.fromEntries(names.map((name, i) => [name, record[i] ?? ''])) as Fields)
    : E.left({ expected: `the header ${header}`, found: names.join(';') })

const readRecord = (
  record: ReadonlyArray<string>,
  fieldsOf: (record: ReadonlyArray<string>) => Fields,
): E.Either<Malformed, Row> =>
  record.length === columns.length
    ? F.pipe(
        Row.parse(fieldsOf(record)),
        E.mapLeft(({ column, expected, found }) => ({
          expected: `${expected} as ${column}`,
          found: JSON.stringify(found),
        })),
      )
    : E.left({ expected: `${columns.length} fields between semicolons`, found: `${record.length}` })

const wellQuoted = `fields quoted from end to end or not at all, and rows of at most ${longest} characters`

/**
 * The rows of a file of transactions, read on demand. The first problem is the last value.
 *
 * @category constructors
 * @since 0.1.0
 */
export async function* rows(file: string): AsyncGenerator<E.Either<RowError, NumberedRow>> {
  let refused: { readonly why: string; readonly records: number; readonly emptyLines: number } | undefined
  const parser = parse({
    ...format,
    // An error of the parser would discard the valid records before it that are not fetched yet; a skipped record does
    // not.
    skip_records_with_error: true,
    on_skip: (error) => {
      // A CsvError has the counters at the time of the error.
      const { records, empty_lines } = error as unknown as Parsed['info']
      refused ??= { why: error?.message ?? '', records, emptyLines: empty_lines }
      return undefined
    },
  })
  const input = createReadStream(file)
  input.on('error', (cause) => parser.destroy(cause))
  const lines = lineCounter()
  const unparsable =
    (line: number) =>
    (problem: Malformed): RowError => ({
      _tag: 'UnparsableLine',
      file,
      line,
      ...problem,
    })
  const quoting = () =>
    E.left(unparsable(lines.after(refused?.emptyLines))({ expected: wellQuoted, found: refused?.why ?? '' }))
  let fieldsOf: ((record: ReadonlyArray<string>) => Fields) | undefined
  let before = 0
  try {
    // With `info` and without `columns` csv-parse returns this type.
    for await (const parsed of input.pipe(parser) as AsyncIterable<Parsed>) {
      if (refused !== undefined && parsed.info.records > refused.records) return yield quoting()
      const line = lines.next(parsed)
      if (fieldsOf === undefined) {
        const found = readHeader(parsed.record)
        if (E.isLeft(found)) return yield E.left(unparsable(line)(found.left))
        fieldsOf = found.right
        continue
      }
      const row = readRecord(parsed.record, fieldsOf)
      if (E.isLeft(row)) return yield E.left(unparsable(line)(row.left))
      yield E.right({ line, bytes: parsed.info.bytes - before, row: row.right })
      before = parsed.info.bytes
    }
    if (refused !== undefined) yield quoting()
    else if (fieldsOf === undefined) {
      yield E.left(unparsable(1)({ expected: `the header ${header}`, found: 'an empty file' }))
    }
  } catch (cause) {
    yield E.left({ _tag: 'UnreadableFile', file, why: describeUnknown(cause) })
  } finally {
    input.destroy()
    parser.destroy()
  }
}
