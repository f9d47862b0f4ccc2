import { EventId } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { type AppendLocation, Journal, type JournalRecord, type SentAppend } from '../Journal.ts'
import { JsonLines } from '../JsonLines.ts'
import { now } from '../now.ts'
import { Random } from '../Random.ts'
import { pause } from '../timers.ts'
import type { WritersConfig } from '../WorkerConfig.ts'
import type { CommandChannel } from './CommandChannel.ts'
import { connect, connectForTransaction } from './connect.ts'
import type { PathCounter } from './PathCounter.ts'
import { type KnownEvent, Plan } from './Plan.ts'
import { sendAppend } from './sendAppend.ts'

/** The share of the appends with an unknown outcome that are never resent: they may be stored once or not at all. */
const givenUp = 0.1

/**
 * Appends until the command to finish arrives, and then until no outcome is unknown, except for abandoned appends.
 * First it settles the appends of its predecessor, with the same ids.
 *
 * @category roles
 * @since 0.1.0
 */
export const writers = async (
  assignment: WritersConfig,
  inbox: CommandChannel,
  ready: () => void,
  paths: PathCounter,
): Promise<void> => {
  const journal = JsonLines.open<JournalRecord>(assignment.file)
  const random = Random.from(assignment.seed, `${assignment.name} ${assignment.incarnation}`)
  const sql = connect(assignment)
  // Short timeouts and small queues, so that outcomes stay unknown and queues fill.
  const batching = { appends: 32, inFlight: 3, waiting: 24 }
  const store = makePostgresStore({
    sql,
    schema: assignment.schema,
    retryTimeout: 1_500,
    statementTimeout: 3_000,
    batching,
  })
  // Random choices of its own: otherwise a successor would make the ids of its predecessor.
  const id = EventId.source({ now: () => Date.now(), random: Math.random })
  const known = new Map<string, KnownEvent>()
  let number = journal.before.reduce((highest, { append }) => Math.max(highest, append), 0)

  const learn = (sent: SentAppend, places: ReadonlyArray<AppendLocation>): void => {
    for (const [i, { stream, ids }] of sent.parts.entries()) {
      const { firstVersion = 0, history = '' } = places[i] ?? {}
      const version = firstVersion + ids.length - 1
      const before = known.get(stream)
      // In another history a lower version may be the last one.
      if (before === undefined || before.history !== history || before.version < version)
        known.set(stream, { version, id: ids.at(-1) ?? '', history })
    }
  }

  /** The known versions of streams are no longer valid after the log went back. */
  const forget = (sent: SentAppend): void => {
    for (const { stream, basis } of sent.parts) if (known.get(stream)?.id === basis) known.delete(stream)
  }

  const settle = async (sent: SentAppend, first: boolean): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await sendAppend(store, () => connectForTransaction(assignment), sent, first && attempt === 1)
      const attempts = first && attempt === 1 ? sent.how : `${sent.how} sent again`
      paths.count(`${attempts}: ${outcome.tag ?? outcome.is}`)
      journal.write({ ...outcome, append: sent.append, ...(outcome.is === 'acknowledged' ? { at: now() } : {}) })
      if (outcome.is === 'acknowledged') learn(sent, outcome.places)
      if (outcome.is === 'refused') forget(sent)
      if (outcome.is !== 'unknown') return
      if (random.chance(givenUp)) return journal.write({ is: 'abandoned', append: sent.append })
      await pause(random.int(10, 200))
    }
  }

  const begin = (writer: string, plan: Plan): Promise<void> => {
    const sent: SentAppend = { is: 'sent', append: ++number, writer, at: now(), ...plan }
    journal.write(sent)
    return settle(sent, true)
  }

  const write = async (writer: string): Promise<void> => {
    const planning = { random, writer, id, known: (stream: string) => known.get(stream) }
    while (inbox.finish() === undefined) {
      const order = inbox.transaction()
      const plans = order === undefined ? Plan.next(planning) : [Plan.transaction(planning, order.holdMs, order.undo)]
      await Promise.all(plans.map((plan) => begin(writer, plan)))
      await pause(random.int(0, 2_000 / assignment.appendsPerSecond))
    }
  }

  ready()
  await Promise.all([
    ...Journal.unsettled(journal.before).map((sent) => settle(sent, false)),
    ...assignment.writers.map(write),
  ])
  await store.stop()
  await sql.end({ timeout: 1 })
  journal.close()
}
