#!/usr/bin/env node
import { runCommandLine } from './internal/migrations/commandLine.ts'

// Ignores a closed pipe, as with `| head`: the reader has all it needs, and an error without a listener would end in a
// stack trace.
process.stdout.on('error', () => {})

void runCommandLine(process.argv.slice(2), process.env).then(({ out, err, code }) => {
  process.stdout.write(out)
  process.stderr.write(err)
  // Not process.exit: a pipe may still have to read the rest of the output.
  process.exitCode = code
})
