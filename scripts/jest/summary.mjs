// Jest reporter: ends a run with one line of fixed form, for people who scroll and programs that read.
import { writeSync } from 'node:fs'

export default class Summary {
  onRunComplete(_contexts, results) {
    // A suite that could not even be loaded has no tests to count.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const skipped = results.numPendingTests + results.numTodoTests
    const line = `Tests: ${results.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`
    // Jest still reports after this, such as an open handle. Standard error is where Jest reports, and `exit` the only
    // moment after it.
    process.once('exit', () => writeSync(1, line))
  }
}
