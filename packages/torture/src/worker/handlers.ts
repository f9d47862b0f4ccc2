import { makeDispatcher } from '@foldlog/dispatcher'
import { makePostgresStore, type PostgresStore } from '@foldlog/postgres-store'
import { makeHandlerRuntime } from '@foldlog/subscriptions'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { type AccountCommand, account } from '../handlers/account.ts'
import { countingProjection } from '../handlers/countingProjection.ts'
import { paymentProcess } from '../handlers/paymentProcess.ts'
import { recordingHandler } from '../handlers/recordingHandler.ts'
import { Random } from '../Random.ts'
import { pause } from '../timers.ts'
import type { HandlersConfig } from '../WorkerConfig.ts'
import type { CommandChannel } from './CommandChannel.ts'
import { connect } from './connect.ts'
import type { PathCounter } from './PathCounter.ts'
import { type RepeatOptions, repeatCommits } from './repeatCommits.ts'

const limits = { pollInterval: 200, idleCommitInterval: 50, stopTimeout: 1_000, batchSize: 100 }

/** A store that reports, before its first heartbeat, as which member this process works, and counts its leases. */
const reporting = (store: PostgresStore, report: (member: string) => void, paths: PathCounter): PostgresStore => {
  let reported: string | undefined
  const held = new Set<string>()
  return {
    ...store,
    heartbeat: (heartbeats) => {
      const member = heartbeats[0]?.member
      if (member !== undefined && member !== reported) report(member)
      reported = member
      return F.pipe(
        store.heartbeat(heartbeats),
        TE.map((answers) => {
          for (const { name, generation, partition, epoch } of answers.flatMap(({ leases }) => leases)) {
            const lease = `${name} ${generation} ${partition} ${epoch}`
            if (!held.has(lease)) paths.count(epoch > 1 ? 'partition taken over' : 'partition taken first')
            held.add(lease)
          }
          return answers
        }),
      )
    },
  }
}

/**
 * Runs all handlers until the command to finish arrives, as other processes do. `report` receives the member.
 *
 * @category roles
 * @since 0.1.0
 */
export const handlers = async (
  assignment: HandlersConfig,
  inbox: CommandChannel,
  ready: () => void,
  report: (member: string) => void,
  paths: PathCounter,
): Promise<void> => {
  const { schema, partitions, leaseTime, unfenced } = assignment
  // Shorter than a lease: a transaction of a stopped worker does not lock its partition for longer.
  const timeout = Math.round((leaseTime * 2) / 3)
  const sql = connect(assignment)
  // A client of its own: a transaction that waits for another connection of its own client may never end.
  const beside = unfenced ? connect(assignment) : undefined
  const store = makePostgresStore({ sql, schema, retryTimeout: Math.round(leaseTime / 2), statementTimeout: timeout })
  const repeat: RepeatOptions = {
    random: Random.from(assignment.seed, `commits of ${assignment.name} ${assignment.incarnation}`),
    leaseTime,
    paths,
    working: () => inbox.finish() === undefined,
  }
  const dispatcher = makeDispatcher({ store, aggregates: [account] })
  const runtime = makeHandlerRuntime({
    store: reporting(repeatCommits(store, repeat), report, paths),
    handlers: [
      countingProjection(partitions),
      recordingHandler({ sql, schema, partitions, timeout, unfenced: beside, repeat }),
      paymentProcess(partitions),
    ],
    // The process sends commands of accounts only.
    dispatch: (command, context) => dispatcher.dispatch(command as AccountCommand, context),
    limits: { ...limits, leaseTime },
  })
  ready()
  // The server may be down at the moment.
  while (E.isLeft(await runtime.start())) await pause(50)
  while (inbox.finish() === undefined) await pause(20)
  await runtime.stop()
  await dispatcher.stop()
  await store.stop()
  await Promise.all([sql, beside].map((client) => client?.end({ timeout: 1 })))
}
