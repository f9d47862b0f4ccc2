import { describeLaws, storeLaws } from '@foldlog/testing/laws'
import { afterAll, describe, it } from '@jest/globals'
import { testUrl } from './connect.ts'
import { findPgBouncer, type PgBouncer, startPgBouncer } from './PgBouncer.ts'
import { storesUnderLaws } from './storesUnderLaws.ts'

const program = findPgBouncer()
let pooler: Promise<PgBouncer> | undefined

const throughPooler = async () => {
  pooler ??= startPgBouncer(program ?? '', testUrl, 10)
  return (await pooler).url
}

const runner = { describe, it, timeout: 300_000 }

// A pooler gives each transaction another server process, which knows nothing of what another has prepared.
describeLaws(
  runner,
  `Postgres store without prepared statements, ${program === undefined ? 'directly: pgbouncer is not installed' : 'through a pooler'}`,
  storeLaws,
  {
    makeStore: storesUnderLaws({
      client: { prepare: false },
      ...(program === undefined ? {} : { server: throughPooler }),
    }),
    numRuns: 10,
  },
)

// Runs after the clients of the pooler are closed: hooks run in the order of their registration.
afterAll(async () => (await pooler)?.stop())
