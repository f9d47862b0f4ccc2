import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The outcomes of the commands of a worker. */
export interface Tally {
  readonly firsts: number
  readonly duplicates: number
  /** Commands that the domain refused, of workers whose domain does. */
  readonly refused?: number
  readonly failed: ReadonlyArray<unknown>
}

/** What workers do: `count` commands each, `inFlight` of them at once, with ids that begin with `prefix`. */
export interface WorkerOptions {
  readonly script: string
  readonly url: string
  readonly schema: string
  readonly count: number
  readonly inFlight: number
  readonly prefix?: string | ((child: number) => string) | undefined
}

export interface RunningWorker {
  readonly child: ChildProcessWithoutNullStreams
  /** Rejects when the process ends before. */
  readonly tally: Promise<Tally>
}

const lineOf = (child: ChildProcessWithoutNullStreams): Promise<string> =>
  new Promise((resolve, reject) => {
    child.stdout.once('data', (data: Buffer) => resolve(data.toString()))
    child.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)))
  })

/** Starts workers at one moment. */
export const startWorkers = async (many: number, options: WorkerOptions): Promise<ReadonlyArray<RunningWorker>> => {
  const { script, url, schema, count, inFlight, prefix } = options
  const path = fileURLToPath(new URL(script, import.meta.url))
  const children = Array.from({ length: many }, (_, i) => {
    const own = typeof prefix === 'function' ? prefix(i) : prefix
    const parameters = [path, url, schema, `${count}`, `${inFlight}`, ...(own === undefined ? [] : [own])]
    const child = spawn(process.execPath, parameters)
    child.stderr.pipe(process.stderr)
    return child
  })
  await Promise.all(children.map(lineOf))
  return children.map((child) => {
    const line = lineOf(child)
    child.stdin.write('go\n')
    // The worker's own line, made in its script.
    return { child, tally: line.then((text) => JSON.parse(text) as Tally) }
  })
}

/** Runs workers that start at one moment, and returns their results. */
export const runWorkers = async (many: number, options: WorkerOptions): Promise<ReadonlyArray<Tally>> => {
  const running = await startWorkers(many, options)
  return Promise.all(running.map(({ tally }) => tally))
}
