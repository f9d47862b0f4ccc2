import { EmbeddedPostgres, type RunningPostgres } from '@foldlog/postgres-embedded'
import { migrate } from '@foldlog/postgres-store'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { checkRecoveries } from '../src/check/checkRecoveries.ts'
import type { Fault, FaultContext } from '../src/Fault.ts'
import { fullDisk, resourceExhaustion } from '../src/faults/fullDisk.ts'
import { connectionsThatVanish, vanishedConnections } from '../src/faults/vanishedConnections.ts'
import { injectFaults } from '../src/injectFaults.ts'
import { Network } from '../src/Network.ts'
import { Random } from '../src/Random.ts'
import { pause } from '../src/timers.ts'

const schema = 'standstills'

let server: RunningPostgres
let sql: postgres.Sql
let network: Network

beforeAll(async () => {
  const started = await EmbeddedPostgres.temporary()()
  if (E.isLeft(started)) throw new Error(started.left.message)
  server = started.right
  sql = postgres(server.url, { max: 2, fetch_types: false, onnotice: () => {} })
  await migrate({ sql, schema })()
  network = await Network.open(server.url, Random.from(1, 'network'))
})

afterAll(async () => {
  await network.close()
  await sql.end({ timeout: 1 })
  await server.stop()()
})

/**
 * The findings when the fault strikes and could be measured: on a busy machine that may take several attempts.
 */
const struck = async (fault: Fault) => {
  const world: FaultContext = {
    random: Random.from(1, 'faults'),
    server,
    schema,
    sql,
    network,
    workers: [],
    leaseTime: 10_000,
    hold: pause,
    cluster: undefined,
    rewinder: undefined,
  }
  for (;;) {
    let asked = 0
    // The fault strikes once.
    const spans = await injectFaults(world, [fault], () => ++asked > 2)
    const [span] = spans
    if (span !== undefined) return { span, findings: checkRecoveries(spans) }
  }
}

describe('a fault with a bound', () => {
  it.each([vanishedConnections, fullDisk])(
    'is recovered within the bound by the actual store: $kind',
    async (fault) => {
      const { span, findings } = await struck(fault)
      expect(span.recovery).toMatchObject({ milliseconds: expect.any(Number), bound: 7_000 })
      expect(findings).toEqual([])
    },
  )

  it('planted: a client that keeps vanished connections is detected', async () => {
    // The store cannot observe this client, and so cannot end its connections.
    const hide = (client: postgres.Sql) =>
      new Proxy(client, { get: (target, key): unknown => (key === 'options' ? undefined : Reflect.get(target, key)) })
    const { findings } = await struck(connectionsThatVanish(hide))
    expect(findings).toMatchObject([{ defect: 'standstills', what: expect.stringContaining('connections vanish') }])
  })

  it('planted: transactions that are neither rolled back nor released are detected', async () => {
    const keeping = resourceExhaustion((client) => (body) => async () => {
      const outcome = await client.begin(async (tx) => {
        const outcome = await body(tx)()
        // As in an earlier version, in which such an error counted as a lost connection.
        return E.isLeft(outcome) ? new Promise<never>(() => {}) : outcome
      })
      return outcome
    })
    const { findings } = await struck(keeping)
    expect(findings).toMatchObject([{ defect: 'standstills', what: expect.stringContaining('class 53') }])
  })
})
