import { transaction } from '@foldlog/postgres-store'
import { either as E, taskEither as TE } from 'fp-ts'
import type { Fault } from '../Fault.ts'
import { measureRecovery, type Probe, probeConnections, probeTimeout } from './Probe.ts'

/** A transaction on the client of the probe. */
const transact = ({ sql }: Probe): Promise<E.Either<unknown, unknown>> =>
  transaction(sql, { timeout: probeTimeout })((tx) =>
    TE.tryCatch(
      () => tx`select 1`.then(() => {}),
      (cause) => cause,
    ),
  )()

/** Reads and transactions, more at once than the client has connections. */
const readAndTransact = async (probe: Probe): Promise<E.Either<unknown, unknown>> => {
  const { store } = probe
  const outcomes = await Promise.all([
    store.settledPosition(),
    store.readLog({ count: 1 })(),
    ...Array.from({ length: probeConnections + 1 }, () => transact(probe)),
  ])
  return outcomes.find(E.isLeft) ?? E.right(undefined)
}

/**
 * All connections of the workers, and those of a probe, vanish silently, while new ones are served at once. The work of
 * the probe then succeeds again within its timeout and five seconds. `hide` changes the client that the store gets: a
 * client whose sockets cannot be observed keeps its connections, and must be detected.
 *
 * @category faults
 * @since 0.1.0
 */
export const connectionsThatVanish = (hide: (sql: Probe['sql']) => Probe['sql'] = (sql) => sql): Fault => ({
  kind: 'connections vanish',
  share: 1,
  inject: (world) =>
    measureRecovery(
      world,
      'the probe of vanished connections',
      async ({ sql }) => {
        // All its connections are open.
        await Promise.all(Array.from({ length: 4 * probeConnections }, () => sql`select pg_sleep(0.01)`))
        world.network.vanish()
      },
      readAndTransact,
      hide,
    ),
})

/**
 * {@link connectionsThatVanish}, with the store as it is.
 *
 * @category faults
 * @since 0.1.0
 */
export const vanishedConnections: Fault = connectionsThatVanish()
