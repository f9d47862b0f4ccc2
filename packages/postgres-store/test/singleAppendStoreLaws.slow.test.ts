import { describeLaws, storeLaws } from '@foldlog/testing/laws'
import { describe, it } from '@jest/globals'
import { storesUnderLaws } from './storesUnderLaws.ts'

const runner = { describe, it, timeout: 300_000 }

// As if each came from another process: what races in the laws then meets on the server, and not in one batch.
describeLaws(runner, 'Postgres store that sends each append alone', storeLaws, {
  makeStore: storesUnderLaws({ store: { batching: { appends: 1, inFlight: 8 } } }),
  numRuns: 30,
})
