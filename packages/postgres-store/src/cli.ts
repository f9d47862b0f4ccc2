#!/usr/bin/env node
import { runCommandLine } from './internal/migrations/commandLine.ts'

// Ignores a closed pipe, as with `| head`: the reader has all it needs, and an error without a listener would end in a
// stack trace. Output that is lost for another reason, such as a full disk, is a failure.
process.stdout.on('error', (cause: NodeJS.ErrnoException) => {
  if (cause.code === 'EPIPE') return
  process.exitCode = 1
  process.stderr.write(`The output cannot be written: ${cause.message}\n`)
})

void runCommandLine(process.argv.slice(2), process.env).then(({ out, err, code }) => {
  // First: a failed write sets another one. Not process.exit: a pipe may still have to read the rest of the output.
  process.exitCode = code
  process.stdout.write(out)
  process.stderr.write(err)
})
