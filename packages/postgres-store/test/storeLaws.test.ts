import { describeLaws, storeLaws } from '@foldlog/testing/laws'
import { describe, it } from '@jest/globals'
import { storesUnderLaws } from './storesUnderLaws.ts'

const runner = { describe, it, timeout: 300_000 }

describeLaws(runner, 'Postgres store', storeLaws, { makeStore: storesUnderLaws(), numRuns: 30 })
