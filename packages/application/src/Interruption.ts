import type { io as IO } from 'fp-ts'

/**
 * The part of the `process` of Node that programs are run with.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProgramProcess {
  readonly on: (signal: 'SIGINT' | 'SIGTERM', listener: () => void) => unknown
  readonly exit: (code: number) => unknown
  exitCode?: number | string | null | undefined
}

/**
 * The interruption of a program by its user or its platform. `signal` aborts at the first SIGINT or SIGTERM. `exitCode`
 * is then 128 plus the number of that signal, as in a shell, and `undefined` before.
 *
 * @category model
 * @since 0.1.0
 */
export interface Interruption {
  readonly signal: AbortSignal
  readonly exitCode: IO.IO<number | undefined>
}

const numbers = { SIGINT: 2, SIGTERM: 15 } as const

/** Milliseconds. A terminal sends Ctrl-C to npm and to this process, and npm may forward its own: both count as one. */
const echo = 500

/**
 * Listens for SIGINT and SIGTERM: `Interruption.of(process)`. The first one aborts `signal`, so that the program can
 * finish its work. A second one, more than half a second later, ends the process at once.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = (program: Pick<ProgramProcess, 'on' | 'exit'>): Interruption => {
  const controller = new AbortController()
  let first: { readonly code: number; readonly at: number } | undefined
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    program.on(name, () => {
      const now = { code: 128 + numbers[name], at: performance.now() }
      if (first !== undefined && now.at - first.at > echo) program.exit(now.code)
      first ??= now
      controller.abort()
    })
  return { signal: controller.signal, exitCode: () => first?.code }
}

/**
 * Functions on {@link Interruption}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Interruption = { of } as const
