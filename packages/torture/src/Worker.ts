import { type ChildProcess, fork, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { HolderLoss } from './check/IdlePeriod.ts'
import { now } from './now.ts'
import type { WorkerCommand, WorkerConfig } from './WorkerConfig.ts'
import { PathCounter, type PathCounts } from './worker/PathCounter.ts'

/**
 * A worker with a configuration: one process after another, each the successor of a killed one.
 *
 * @category model
 * @since 0.1.0
 */
export interface Worker {
  readonly name: string
  readonly role: WorkerConfig['role']
  /** Resolves when its first process works. */
  readonly ready: Promise<void>
  readonly send: (order: WorkerCommand) => void
  /** SIGKILL; a successor starts at once. */
  readonly kill: () => void
  /** SIGSTOP; returns a function that sends SIGCONT. */
  readonly stop: () => () => void
  /** The losses of the members as which its processes ran handlers: killed, or stopped for a time. */
  readonly losses: () => ReadonlyArray<HolderLoss>
  /** Makes the worker finish; resolves when it has finished. */
  readonly finish: (position: number) => Promise<void>
  /** The output of its processes that ended without being killed. */
  readonly crashes: () => ReadonlyArray<string>
  /** How often its processes took each path, as far as they have reported it. */
  readonly paths: () => PathCounts
  /** SIGKILL, without a successor; resolves when the process has ended. */
  readonly terminate: () => Promise<void>
}

const program = fileURLToPath(new URL('./workerProcess.js', import.meta.url))

/**
 * Continues the process at the latest when the coordinator ends: a stopped process cannot detect the end of its
 * coordinator.
 */
const stopped = `trap '' HUP INT TERM; kill -STOP "$0"; echo stopped; read -r _; kill -CONT "$0"`

/** The messages of a process: that it is ready, as which member it runs handlers, or which paths it has taken. */
type WorkerMessage = 'ready' | { readonly member: string } | { readonly paths: PathCounts }

const maxCrashes = 20

/** A promise, and the function that resolves it. */
const makeGate = (): { readonly opened: Promise<void>; readonly open: () => void } => {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { opened, open }
}

/**
 * Starts a worker.
 *
 * @category constructors
 * @since 0.1.0
 */
const start = (config: Omit<WorkerConfig, 'incarnation'>): Worker => {
  const crashes: Array<string> = []
  /** Members by the number of the process. A process that is killed early may not have reported its member yet. */
  const members = new Map<number, string>()
  const lost: Array<{ readonly incarnation: number; readonly from: number; to: number }> = []
  let paths: PathCounts = {}
  let incarnation = 0
  let killed = false
  let terminated = false
  let last: WorkerCommand | undefined
  let child: ChildProcess
  const { opened: ready, open: isReady } = makeGate()
  const { opened: done, open: isDone } = makeGate()

  const send = (command: WorkerCommand): void => {
    // A process that is just ending receives nothing more; its successor gets the message.
    if (child.connected) child.send(command, () => {})
  }

  const launch = (): void => {
    killed = false
    // A group of its own: Ctrl-C is for the coordinator, which then lets the workers finish.
    child = fork(program, [JSON.stringify({ ...config, incarnation })], {
      detached: true,
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    })
    let output = ''
    child.stderr?.on('data', (chunk) => {
      output = `${output}${chunk}`.slice(-2_000)
    })
    child.once('error', (cause) => {
      output = String(cause)
    })
    const number = incarnation
    child.on('message', (message) => {
      const received = message as WorkerMessage // The program of the workers sends nothing else.
      if (received !== 'ready' && 'paths' in received) {
        paths = PathCounter.concat(paths, received.paths)
        return
      }
      if (received !== 'ready') return void members.set(number, received.member)
      isReady()
      if (last !== undefined) send(last)
    })
    child.once('close', (code, signal) => {
      incarnation++
      if (terminated || (code === 0 && last !== undefined)) return isDone()
      if (!killed) crashes.push(`${config.name} ended with ${code ?? signal}: ${output}`)
      if (crashes.length < maxCrashes) launch()
      else isDone()
    })
  }

  const kill = (): void => {
    killed = true
    lost.push({ incarnation, from: now(), to: Number.POSITIVE_INFINITY })
    child.kill('SIGKILL')
  }

  launch()
  return {
    name: config.name,
    role: config.role,
    ready: Promise.race([ready, done]),
    send,
    kill,
    stop: () => {
      const shell = spawn('/bin/sh', ['-c', stopped, String(child.pid)], {
        detached: true,
        stdio: ['pipe', 'pipe', 'ignore'],
      })
      shell.stdin.on('error', () => {})
      const number = incarnation
      shell.stdout.once('data', () => {
        const loss = { incarnation: number, from: now(), to: Number.POSITIVE_INFINITY }
        lost.push(loss)
        shell.once('close', () => {
          loss.to = now()
        })
      })
      return () => shell.stdin.end()
    },
    losses: () =>
      lost.flatMap(({ incarnation, from, to }) => {
        const member = members.get(incarnation)
        return member === undefined ? [] : [{ member, from, to }]
      }),
    finish: (position) => {
      last = { command: 'finish', position }
      send(last)
      return done
    },
    crashes: () => crashes,
    paths: () => paths,
    terminate: () => {
      terminated = true
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
