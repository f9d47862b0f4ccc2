import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { makeHandlerRuntime } from '@foldlog/subscriptions'
import { either as E } from 'fp-ts'
import { type AccountCommand, account } from '../handlers/account.ts'
import { countingProjection } from '../handlers/countingProjection.ts'
import { paymentProcess } from '../handlers/paymentProcess.ts'
import { recordingHandler } from '../handlers/recordingHandler.ts'
import { pause } from '../timers.ts'
import type { HandlersConfig } from '../WorkerConfig.ts'
import type { CommandChannel } from './CommandChannel.ts'
import { connect } from './connect.ts'

const limits = { pollInterval: 200, idleCommitInterval: 50, stopTimeout: 1_000, batchSize: 100 }

/** A store that reports, before its first heartbeat, as which member this process works. */
const telling = (store: PostgresStore, tell: (member: string) => void): PostgresStore => {
  let told: string | undefined
  return {
    ...store,
    heartbeat: (heartbeats) => {
      const member = heartbeats[0]?.member
      if (member !== undefined && member !== told) tell(member)
      told = member
      return store.heartbeat(heartbeats)
    },
  }
}

/**
 * Runs all handlers, beside the other processes that do, until the command to finish comes. `tell` receives the member.
 *
 * @category roles
 * @since 0.1.0
 */
export const handlers = async (
  assignment: HandlersConfig,
  inbox: CommandChannel,
  ready: () => void,
  tell: (member: string) => void,
): Promise<void> => {
  const { schema, partitions, leaseTime, unfenced } = assignment
  // Shorter than a lease: a transaction of a worker that is stopped holds its partition no longer.
  const timeout = (leaseTime * 2) / 3
  const sql = connect(assignment)
  // Of its own: a transaction that waits for a connection of the client that it holds one of may wait for ever.
  const beside = unfenced ? connect(assignment) : undefined
  const store = makePostgresStore({ sql, schema, retryTimeout: leaseTime / 2, statementTimeout: timeout })
  const dispatcher = makeDispatcher({ store, aggregates: [account] })
  const runtime = makeHandlerRuntime({
    store: telling(store, tell),
    handlers: [
      countingProjection(partitions),
      recordingHandler({ sql, schema, partitions, timeout, unfenced: beside }),
      paymentProcess(partitions),
    ],
    // The process sends commands of accounts only.
    dispatch: (command, context) => dispatcher.dispatch(command as AccountCommand, context),
    limits: { ...limits, leaseTime },
  })
  ready()
  // The server may be away just now.
  while (E.isLeft(await runtime.start())) await pause(50)
  while (inbox.finish() === undefined) await pause(20)
  await runtime.stop()
  await dispatcher.stop()
  await store.stop()
  await Promise.all([sql, beside].map((client) => client?.end({ timeout: 1 })))
}
