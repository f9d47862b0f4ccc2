import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('worker.mjs', import.meta.url))

/** A process of its own that runs a handler. */
export interface Worker {
  readonly started: () => boolean
  /** The ids of the events that it has handled, in order. */
  readonly handled: () => ReadonlyArray<string>
  /** Suspends the process in the middle of its work, until `goOn`. */
  readonly pause: () => void
  readonly goOn: () => void
  /** Ends it, and waits for its end; the code with which it has ended. */
  readonly end: () => Promise<number | string | null>
}

/** Starts a process that runs a handler; the lease time is in milliseconds. */
export const startWorker = (url: string, name: string, partitions: number, leaseTime: number): Worker => {
  const child = spawn(process.execPath, [program, url, name, `${partitions}`, `${leaseTime}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let written = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written += text
  })
  child.stdin.on('error', () => {})
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('close', (code, signal) => resolve(signal ?? code))
  })
  return {
    started: () => written.includes('started\n'),
    handled: () => [...written.matchAll(/handled (\S+)\n/g)].map(([, id]) => id ?? ''),
    pause: () => void child.kill('SIGSTOP'),
    goOn: () => void child.kill('SIGCONT'),
    end: () => {
      child.kill('SIGCONT')
      child.stdin.end()
      return ended
    },
  }
}
