import { constants, userInfo } from 'node:os'
import { runProgram } from './internal/program.ts'
import { version } from './internal/version.ts'

// Ignores a closed pipe, as with `| head`: the reader has all it needs. Any other lost output is a failure.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code === 'EPIPE') process.exit(process.exitCode ?? 0)
  process.exitCode = 1
  process.stderr.write(`The output cannot be written: ${cause.message}\n`)
})

const interruption = new AbortController()
let interrupted: number | undefined
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.on(name, () => {
    // A second one ends at once.
    if (interrupted !== undefined) process.exit(interrupted)
    interrupted = 128 + constants.signals[name]
    interruption.abort()
  })

const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    // A container may have no name for its user.
    return 'unknown'
  }
}

void runProgram(
  process.argv.slice(2),
  {
    process,
    variables: process.env,
    directory: process.cwd(),
    user: userName(),
    signal: interruption.signal,
    setCode: (code) => {
      process.exitCode = code
    },
  },
  version,
).then(() => {
  // What an interrupted command has left open must not keep the process alive.
  if (interrupted !== undefined) process.exit()
})
