// Jest reporter: closes a run with one line of fixed form, for people who scroll and programs that read. With
// FOLDLOG_NO_SKIP=1, as in CI, a skipped test fails the run, unless FOLDLOG_MAY_SKIP names its file: lines of a path, a
// tab and the reason, which is printed.
import { writeFileSync, writeSync } from 'node:fs'

/** The last line of a run. */
export const summaryOf = ({ passed, failed, skipped }) =>
  `Tests: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`

/** What a quick suite may take. Laws may take longer: `npm test` never leaves one out. */
const secondsOfQuickSuite = 15

const mayBeSkipped = () =>
  (process.env.FOLDLOG_MAY_SKIP ?? '')
    .split('\n')
    .map((line) => line.split('\t'))
    .filter(([path, reason]) => path !== '' && reason !== undefined)

const withSlashes = (path) => path.replaceAll('\\', '/')

/** Each skipped test, with the reason why it may be, if there is one. */
const skippedTests = ({ testResults }) =>
  testResults.flatMap(({ testFilePath, testResults: tests }) => {
    const [, reason] = mayBeSkipped().find(([path]) => withSlashes(testFilePath).endsWith(`/${path}`)) ?? []
    return tests
      .filter(({ status }) => status !== 'passed' && status !== 'failed')
      .map(({ fullName }) => ({ testFilePath, fullName, reason }))
  })

const longSuites = ({ testResults }) =>
  testResults
    .map(({ testFilePath, perfStats }) => ({ testFilePath, seconds: perfStats.runtime / 1000 }))
    .filter(({ testFilePath, seconds }) => seconds > secondsOfQuickSuite && !/Laws\.test\.ts$/.test(testFilePath))
    .sort((one, other) => other.seconds - one.seconds)
    .slice(0, 5)

export default class Summary {
  #error

  onRunComplete(_contexts, results) {
    // A suite that could not even be loaded has no tests to count.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const skipped = results.numPendingTests + results.numTodoTests
    const counts = { passed: results.numPassedTests, failed, skipped }
    if (process.env.FOLDLOG_NO_SKIP === '1') this.#refuseSkipped(results, counts)
    if (process.env.FOLDLOG_TESTS === 'quick')
      for (const { testFilePath, seconds } of longSuites(results))
        console.error(
          `${testFilePath} took ${seconds.toFixed(1)} s: a quick suite takes ${secondsOfQuickSuite} s at most`,
        )
    const file = process.env.FOLDLOG_TEST_COUNTS
    if (file !== undefined && file !== '') writeFileSync(file, JSON.stringify(counts))
    // Jest still says things after this, such as that a handle is open. Standard error is where Jest reports, and
    // `exit` the only moment after it.
    process.once('exit', () => writeSync(1, summaryOf(counts)))
  }

  /** Counts skipped tests as failed ones, but for those that this machine cannot run. */
  #refuseSkipped(results, counts) {
    for (const { testFilePath, fullName, reason } of skippedTests(results)) {
      if (reason !== undefined) {
        console.error(`skipped, as it may be: ${fullName} (${reason})`)
        continue
      }
      counts.skipped -= 1
      counts.failed += 1
      console.error(`skipped, which is a failure: ${fullName} (${testFilePath})`)
      this.#error = new Error('Tests were skipped.')
    }
  }

  /** Jest ends with exit code 1 when a reporter has one. */
  getLastError() {
    return this.#error
  }
}
