import { type ChildProcess, fork, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Assignment, Order } from './Assignment.ts'

/**
 * A worker with an assignment: one process after the other, each the successor of the one that was killed.
 *
 * @category model
 * @since 0.1.0
 */
export interface Worker {
  readonly name: string
  readonly role: Assignment['role']
  /** Resolves when its first process is at work. */
  readonly ready: Promise<void>
  readonly order: (order: Order) => void
  /** SIGKILL; a successor starts at once. */
  readonly kill: () => void
  /** SIGSTOP; gives what sends SIGCONT. */
  readonly stop: () => () => void
  /** Tells it to come to an end; resolves when it has. */
  readonly finish: (position: number) => Promise<void>
  /** What its processes said that ended although nobody killed them. */
  readonly crashes: () => ReadonlyArray<string>
  /** SIGKILL, without a successor; resolves when it is gone. */
  readonly dismiss: () => Promise<void>
}

const program = fileURLToPath(new URL('./workerProcess.js', import.meta.url))

/** Continues the process at the latest when we end: a stopped process cannot see for itself that its conductor is gone. */
const stopped = `trap '' HUP INT TERM; kill -STOP "$0"; read -r _; kill -CONT "$0"`

const mostCrashes = 20

/**
 * Starts a worker.
 *
 * @category constructors
 * @since 0.1.0
 */
const start = (assignment: Omit<Assignment, 'incarnation'>): Worker => {
  const crashes: Array<string> = []
  let incarnation = 0
  let killed = false
  let dismissed = false
  let last: Order | undefined
  let child: ChildProcess
  let isReady = (): void => {}
  let isDone = (): void => {}
  const ready = new Promise<void>((resolve) => {
    isReady = resolve
  })
  const done = new Promise<void>((resolve) => {
    isDone = resolve
  })

  const send = (order: Order): void => {
    // A process that is just ending hears nothing more; its successor is told.
    if (child.connected) child.send(order, () => {})
  }

  const launch = (): void => {
    killed = false
    // A group of its own: Ctrl-C is for the conductor, which then lets the workers finish.
    child = fork(program, [JSON.stringify({ ...assignment, incarnation })], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let said = ''
    child.stderr?.on('data', (chunk) => {
      said = `${said}${chunk}`.slice(-2_000)
    })
    child.once('error', (cause) => {
      said = String(cause)
    })
    child.on('message', () => {
      isReady()
      if (last !== undefined) send(last)
    })
    child.once('close', (code, signal) => {
      incarnation++
      if (dismissed || (code === 0 && last !== undefined)) return isDone()
      if (!killed) crashes.push(`${assignment.name} ended with ${code ?? signal}: ${said}`)
      if (crashes.length < mostCrashes) launch()
      else isDone()
    })
  }

  const kill = (): void => {
    killed = true
    child.kill('SIGKILL')
  }

  launch()
  return {
    name: assignment.name,
    role: assignment.role,
    ready: Promise.race([ready, done]),
    order: send,
    kill,
    stop: () => {
      const shell = spawn('/bin/sh', ['-c', stopped, String(child.pid)], {
        detached: true,
        stdio: ['pipe', 'ignore', 'ignore'],
      })
      shell.stdin.on('error', () => {})
      return () => shell.stdin.end()
    },
    finish: (position) => {
      last = { order: 'finish', position }
      send(last)
      return done
    },
    crashes: () => crashes,
    dismiss: () => {
      dismissed = true
      kill()
      return done
    },
  }
}

/**
 * Functions on {@link Worker}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Worker = { start } as const
