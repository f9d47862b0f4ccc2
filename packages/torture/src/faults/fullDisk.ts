import { transaction } from '@foldlog/postgres-store'
import { either as E, taskEither as TE } from 'fp-ts'
import type postgres from 'postgres'
import type { Fault } from '../Fault.ts'
import { measureRecovery, type Probe, probeConnections, probeTimeout } from './Probe.ts'

/**
 * Runs a transaction: {@link transaction}, or a planted fault with which it is compared.
 *
 * @category model
 * @since 0.1.0
 */
export type Transact = (
  sql: Probe['sql'],
) => (body: (tx: postgres.TransactionSql) => TE.TaskEither<unknown, unknown>) => TE.TaskEither<unknown, unknown>

const codes = ['53100', '53200', '53300', '53400']

const statement = (text: string) => (tx: postgres.TransactionSql) =>
  TE.tryCatch(
    () => tx.unsafe(text).then(() => {}),
    (cause) => cause,
  )

const raise = (code: string): string => `do $$ begin raise exception 'no room left' using errcode = '${code}'; end $$`

/**
 * The server runs out of disk, memory or connections (class 53) in the middle of transactions, more of them than the
 * client has connections. When it has room again, as many transactions at once as there are connections, and one more,
 * succeed within the timeout of a statement and five seconds: no failed transaction keeps a connection.
 *
 * @category faults
 * @since 0.1.0
 */
export const resourceExhaustion = (transact: Transact): Fault => ({
  kind: 'class 53 in a transaction',
  share: 1,
  inject: (world) =>
    measureRecovery(
      world,
      'the probe of class 53',
      ({ sql }) =>
        Promise.all(
          Array.from({ length: 2 * probeConnections + 1 }, async () => {
            const failing = transact(sql)(statement(raise(world.random.pick(codes) ?? '53100')))
            // A transaction that keeps its connection may never end.
            await Promise.race([failing(), world.hold(probeTimeout)])
          }),
        ),
      async ({ sql }) => {
        const outcomes = await Promise.all(
          Array.from({ length: probeConnections + 1 }, () => transact(sql)(statement('select pg_sleep(0.05)'))()),
        )
        return outcomes.find(E.isLeft) ?? E.right(undefined)
      },
    ),
})

/**
 * {@link resourceExhaustion}, with the store as it is.
 *
 * @category faults
 * @since 0.1.0
 */
export const fullDisk: Fault = resourceExhaustion((sql) => (body) => transaction(sql, { timeout: probeTimeout })(body))
