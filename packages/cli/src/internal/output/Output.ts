import { SingleBar } from 'cli-progress'
import { plainJson, plainLines } from './plain.ts'

/** Where a command writes. `json`: it writes JSON. `progress` is a bar on a terminal, and nothing elsewhere. */
export interface Output {
  readonly json: boolean
  /** Columns of the terminal, when the output goes to one. */
  readonly width: number | undefined
  readonly line: (text: string) => void
  readonly problem: (text: string) => void
  readonly progress: (title: string, total: number) => Progress
}

export interface Progress {
  readonly at: (done: number) => void
  readonly end: () => void
}

const silent: Progress = { at: () => {}, end: () => {} }

export const outputOf = ({ stdout, stderr }: Pick<NodeJS.Process, 'stdout' | 'stderr'>, json: boolean): Output => ({
  json,
  width: stdout.isTTY ? stdout.columns : undefined,
  line: (text) => void stdout.write(`${plainLines(text)}\n`),
  problem: (text) => void stderr.write(`${plainLines(text)}\n`),
  progress: (title, total) => {
    if (!stderr.isTTY || total <= 0) return silent
    const bar = new SingleBar({
      stream: stderr,
      format: `${title} {bar} {percentage}%  {value} of {total}`,
      clearOnComplete: true,
    })
    bar.start(total, 0)
    return { at: (done) => bar.update(Math.min(done, total)), end: () => bar.stop() }
  },
})

/** The result of a command: for people, for programs, and the exit code (0 when absent). */
export interface Answer {
  readonly text: string
  readonly json: unknown
  readonly code?: number | undefined
}

/** JSON of any value: a map is an object, a set is a list, `undefined` is null. */
const plainValue = (_: string, value: unknown): unknown => {
  if (value instanceof Map) return Object.fromEntries(value)
  if (value instanceof Set) return [...value]
  return typeof value === 'bigint' ? `${value}` : value
}

export const jsonText = (value: unknown, indent?: number): string =>
  plainJson(JSON.stringify(value, plainValue, indent) ?? 'null')

export const writeAnswer = (output: Output, { text, json }: Answer): void => {
  if (output.json) output.line(jsonText(json, 2))
  else if (text !== '') output.line(text)
}
