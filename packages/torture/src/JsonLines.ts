import { closeSync, existsSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs'

/**
 * A file to which a process only appends: one line of JSON for each record. A written record survives SIGKILL of the
 * process. Its successor knows nothing else.
 *
 * @category model
 * @since 0.1.0
 */
export interface JsonLines<A> {
  /** The records of earlier processes. */
  readonly before: ReadonlyArray<A>
  /** Returns when the operating system has the line: no buffer of the process could lose it to a signal. */
  readonly write: (record: A) => void
  readonly close: () => void
}

/**
 * The records of a file, none when there is no file. A last line without an end does not count: its process was killed
 * while it wrote the line.
 *
 * @category destructors
 * @since 0.1.0
 */
const read = <A>(file: string): ReadonlyArray<A> => {
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1)
  // Each file has one writer at a time, which writes records of one type.
  return lines.map((line) => JSON.parse(line) as A)
}

/**
 * Opens a file to append to it, after the records of earlier processes.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = <A>(file: string): JsonLines<A> => {
  const handle = openSync(file, 'a')
  const bytes = readFileSync(file)
  ftruncateSync(handle, bytes.lastIndexOf('\n') + 1)
  return {
    before: read(file),
    write: (record) => {
      const bytes = Buffer.from(`${JSON.stringify(record)}\n`)
      for (let written = 0; written < bytes.length; ) written += writeSync(handle, bytes, written)
    },
    close: () => closeSync(handle),
  }
}

/**
 * Functions on {@link JsonLines}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const JsonLines = { open, read } as const
