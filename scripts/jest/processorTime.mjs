// Jest setup of each suite: notes how much processor time the suite takes, loading its modules included, for the
// summary. Time by the clock says little: suites wait, and four of them share two cores. A worker runs one suite at a
// time. The time of processes that a suite starts, Postgres among them, is not in it.
import { appendFileSync } from 'node:fs'
import { afterAll, expect } from '@jest/globals'

const began = process.cpuUsage()

afterAll(() => {
  const { FOLDLOG_PROCESSOR_TIMES: file } = process.env
  if (file === undefined) return
  const { user, system } = process.cpuUsage(began)
  const { testPath } = expect.getState()
  appendFileSync(file, `${JSON.stringify({ testPath, seconds: (user + system) / 1e6 })}\n`)
})
