import { boundaryLaws, describeLaws } from '@foldlog/testing/laws'
import { describe, it } from '@jest/globals'
import { storesUnderLaws } from './storesUnderLaws.ts'

const runner = { describe, it, timeout: 300_000 }

describeLaws(runner, 'the laws of boundaries, on Postgres', boundaryLaws, {
  makeStore: storesUnderLaws(),
  numRuns: 15,
})
