#!/usr/bin/env node
import { runCommandLine } from './internal/migrations/commandLine.ts'

// Ignores a closed pipe, as with `| head`: the reader has all it needs, and an error without a listener would end in a
// stack trace. Any other lost output, as on a full disk, is a failure.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code === 'EPIPE') return
  process.exitCode = 1
  process.stderr.write(`The output cannot be written: ${cause.message}\n`)
})

void runCommandLine(process.argv.slice(2), process.env).then(({ out, err, code }) => {
  // This comes first, because a failed write sets another code. `process.exit` would cut off output that a pipe has not
  // read yet.
  process.exitCode = code
  process.stdout.write(out)
  process.stderr.write(err)
})
