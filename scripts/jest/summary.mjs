// Jest reporter: closes a run with one line of fixed form, for people who scroll and programs that read. With
// FOLDLOG_NO_SKIP=1, as in CI, a skipped test fails the run, unless FOLDLOG_MAY_SKIP names its file: lines of a path, a
// tab and the reason, which is printed.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The last line of a run. */
export const summaryOf = ({ passed, failed, skipped }) =>
  `Tests: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}\n`

/** Seconds of processor time that a quick suite may take. Laws may take longer: `npm test` never leaves one out. */
const secondsOfQuickSuite = 5

/** The processor time of each suite, as processorTime.mjs has noted it. */
const processorTimes = (directory) => {
  const file = join(directory, 'suites')
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : []
  rmSync(directory, { recursive: true, force: true })
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line))
}

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

const heavySuites = (times) =>
  times
    .filter(({ testPath, seconds }) => seconds > secondsOfQuickSuite && !/Laws\.test\.ts$/.test(testPath))
    .sort((one, other) => other.seconds - one.seconds)

export default class Summary {
  #error
  #times = mkdtempSync(join(tmpdir(), 'foldlog-times-'))

  constructor() {
    // Workers begin later, and have the environment of this process. A run within a test has a file of its own.
    process.env.FOLDLOG_PROCESSOR_TIMES = join(this.#times, 'suites')
  }

  onRunComplete(_contexts, results) {
    // A suite that could not even be loaded has no tests to count.
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites
    const skipped = results.numPendingTests + results.numTodoTests
    const counts = { passed: results.numPassedTests, failed, skipped }
    if (process.env.FOLDLOG_NO_SKIP === '1') this.#refuseSkipped(results, counts)
    const times = processorTimes(this.#times)
    if (times.length > 1) {
      const sum = times.reduce((total, { seconds }) => total + seconds, 0)
      console.error(`The suites took ${sum.toFixed(0)} s of processor time, without the processes that they started.`)
    }
    if (process.env.FOLDLOG_TESTS === 'quick')
      for (const { testPath, seconds } of heavySuites(times)) {
        const most = `a quick suite takes ${secondsOfQuickSuite} s at most`
        console.error(`${testPath} took ${seconds.toFixed(1)} s of processor time: ${most}`)
      }
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
