import { EventId } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { Decision } from '../boundaries/Decision.ts'
import { type AppendLocation, Journal, type JournalRecord, type SentAppend } from '../Journal.ts'
import { JsonLines } from '../JsonLines.ts'
import { now } from '../now.ts'
import { Random } from '../Random.ts'
import { pause } from '../timers.ts'
import type { WritersConfig } from '../WorkerConfig.ts'
import { BoundaryReader } from './BoundaryReader.ts'
import type { CommandChannel } from './CommandChannel.ts'
import { connect, connectForTransaction } from './connect.ts'
import type { PathCounter } from './PathCounter.ts'
import { type KnownEvent, Plan, type PlanContext } from './Plan.ts'
import { seenAfter } from './seenAfter.ts'
import { sendAppend } from './sendAppend.ts'

/** The share of the appends with an unknown outcome that are never resent: they may be stored once or not at all. */
const givenUp = 0.1

/** The share of the steps that decide over boundaries, one decision or several at the same time. */
const overBoundaries = 0.3

/** What is counted for an append beside its outcome: how it is sent, and what it depends on. */
const pathOf = ({ how, parts }: SentAppend): string =>
  [
    how,
    ...(parts.some(({ decided }) => decided !== undefined) ? ['with a condition'] : []),
    ...(parts.some(({ checks }) => checks !== undefined) ? ['with checks'] : []),
  ].join(' ')

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
  const boundaries = BoundaryReader.make(store, random)
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
    for (const { query, seen } of seenAfter(sent, places)) boundaries.remember(query, seen)
  }

  /** The known versions of streams, and what was seen of a boundary, are no longer valid after the log went back. */
  const forget = (sent: SentAppend, rewound = false): void => {
    for (const { stream, basis } of sent.parts.flatMap((part) => [part, ...(part.checks ?? [])]))
      if (known.get(stream)?.id === basis) known.delete(stream)
    for (const { decided } of rewound ? sent.parts : [])
      if (decided !== undefined) boundaries.remember(Decision.of(decided.by).query, undefined)
  }

  const settle = async (sent: SentAppend, first: boolean): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      const outcome = await sendAppend(store, () => connectForTransaction(assignment), sent, first && attempt === 1)
      const attempts = first && attempt === 1 ? pathOf(sent) : `${pathOf(sent)} sent again`
      paths.count(`${attempts}: ${outcome.tag ?? outcome.is}`)
      journal.write({ ...outcome, append: sent.append, ...(outcome.is === 'unknown' ? {} : { at: now() }) })
      if (outcome.is === 'acknowledged') learn(sent, outcome.places)
      if (outcome.is === 'refused') forget(sent, outcome.rewound)
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

  const decide = async (planning: PlanContext): Promise<void> => {
    const by = id()
    const seen = await boundaries.see(Decision.of(by).query)
    if (seen === undefined) paths.count('no read of a boundary')
    else await begin(planning.writer, Plan.decision(planning, by, seen))
  }

  const write = async (writer: string): Promise<void> => {
    const planning = { random, writer, id, known: (stream: string) => known.get(stream) }
    while (inbox.finish() === undefined) {
      const order = inbox.transaction()
      if (order !== undefined) await begin(writer, Plan.transaction(planning, order.holdMs, order.undo))
      else if (random.chance(overBoundaries))
        // Sent together, they are siblings in a batch.
        await Promise.all(Array.from({ length: random.chance(0.6) ? 1 : random.int(2, 8) }, () => decide(planning)))
      else await Promise.all(Plan.next(planning).map((plan) => begin(writer, plan)))
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
