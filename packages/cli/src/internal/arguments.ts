import { StreamName } from '@foldlog/core'
import type { LogFilter, LogSearch } from '@foldlog/core/store'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { either as E } from 'fp-ts'

/** Reads a whole number from `min` up. */
export const integer =
  (min: number) =>
  (text: string): number => {
    const value = Number(text)
    if (!/^\d{1,16}$/.test(text) || value < min || !Number.isSafeInteger(value))
      throw new InvalidArgumentError(`It must be a whole number, ${min} or more.`)
    return value
  }

/** Reads a time in ISO 8601, or so long ago: `15m`, `2h`, `3d`. */
export const time = (text: string): Date => {
  const [, count, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? []
  const seconds = { s: 1, m: 60, h: 3_600, d: 86_400 }[unit ?? '']
  if (count !== undefined && seconds !== undefined) return new Date(Date.now() - Number(count) * seconds * 1_000)
  const date = new Date(text)
  if (!/^\d{4}-/.test(text) || Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z, or an age such as 15m, 2h or 3d.')
  return date
}

/** A version of a stream, or a time. */
export const moment = (text: string): number | Date => (/^\d{1,16}$/.test(text) ? Number(text) : time(text))

export const stream = (text: string): StreamName => {
  const parsed = StreamName.parse(text)
  if (E.isLeft(parsed)) throw new InvalidArgumentError(`${parsed.left.why}.`)
  return parsed.right
}

/** Collects the values of an option that may be repeated. */
export const repeated = (text: string, before: ReadonlyArray<string> = []): ReadonlyArray<string> => [...before, text]

export interface FilterOptions {
  readonly category?: ReadonlyArray<string>
  readonly stream?: ReadonlyArray<string>
  readonly prefix?: string
  readonly type?: ReadonlyArray<string>
}

/** Adds the options that select events by what they are. */
export const withFilter = (command: Command): Command =>
  command
    .addOption(new Option('--category <category>', 'of this category; may be repeated').argParser(repeated))
    .addOption(new Option('--stream <stream>', 'of this stream; may be repeated').argParser(repeated))
    .option('--prefix <prefix>', 'of streams whose names begin so')
    .addOption(new Option('--type <type>', 'with this stored name; may be repeated').argParser(repeated))

export const filterOf = ({ category, stream: streams, prefix, type }: FilterOptions): LogFilter => ({
  ...(category === undefined ? undefined : { categories: category }),
  // The store checks the names.
  ...(streams === undefined ? undefined : { streams: streams as ReadonlyArray<StreamName> }),
  ...(prefix === undefined ? undefined : { streamPrefix: prefix }),
  ...(type === undefined ? undefined : { types: type }),
})

export interface SearchOptions extends FilterOptions {
  readonly correlation?: string
  readonly causation?: string
  readonly since?: Date
  readonly until?: Date
  readonly before?: number
  readonly count: number
}

/** Adds the options of a search. */
export const withSearch = (command: Command): Command =>
  withFilter(command)
    .option('--correlation <id>', 'with this correlation id')
    .option('--causation <id>', 'with this causation id')
    .option('--since <time>', 'recorded at this time or later, such as 2026-01-31T12:00:00Z or 15m', time)
    .option('--until <time>', 'recorded before this time', time)
    .option('--before <position>', 'before this position', integer(1))
    .option('-n, --count <number>', 'at most so many', integer(1), 20)

export const searchOf = ({
  correlation,
  causation,
  since,
  until,
  before,
  count,
  ...filter
}: SearchOptions): LogSearch => ({
  filter: filterOf(filter),
  correlationId: correlation,
  causationId: causation,
  since,
  until,
  before,
  count,
})
