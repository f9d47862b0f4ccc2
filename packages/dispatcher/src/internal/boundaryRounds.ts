import type { Append, AppendError, Appended, BoundaryChanged } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { Batch, Round } from './Batch.ts'
import type { BoundaryCommand } from './BoundaryCommand.ts'
import type { BoundaryCache, BoundaryEvents } from './BoundaryEvents.ts'
import {
  type BoundaryDecisions,
  type BoundaryPending,
  conditionsOf,
  decideBoundaries,
  type Sources,
} from './decideBoundaries.ts'
import { failLoad } from './loadFailures.ts'
import type { RunRound } from './runBatch.ts'
import { settleAppended, settleRest } from './settleBoundaries.ts'
import { bisect, failAll, settle, settleIfNew, settleStoredCommands } from './settlements.ts'

const readAll = async (
  cache: BoundaryCache,
  commands: ReadonlyArray<BoundaryPending>,
  known: (command: BoundaryCommand) => BoundaryEvents | undefined,
) => {
  const wanted = new Map(commands.map(({ boundary }) => [boundary.source, boundary]))
  const reads = await Promise.all([...wanted.values()].map((command) => cache.read(command, known(command))))
  return new Map([...wanted.keys()].map((source, i) => [source, reads[i]] as const))
}

/** Settles the commands whose events cannot be read, and returns the others with what they read. */
const withEvents = async (
  batch: Batch,
  commands: ReadonlyArray<BoundaryPending>,
  reads: Awaited<ReturnType<typeof readAll>>,
) => {
  const sources = new Map<string, BoundaryEvents>()
  for (const [source, read] of reads) if (read !== undefined && E.isRight(read)) sources.set(source, read.right)
  const others: Array<BoundaryPending> = []
  for (const pending of commands) {
    const read = reads.get(pending.boundary.source)
    if (read !== undefined && E.isLeft(read)) await failLoad(batch, [pending], read.left)
    else others.push(pending)
  }
  return { commands: others, sources }
}

const onChanged = async (
  cache: BoundaryCache,
  batch: Batch,
  commands: ReadonlyArray<BoundaryPending>,
  sources: Sources,
  conditions: ReturnType<typeof conditionsOf>,
  error: BoundaryChanged,
): Promise<Round> => {
  const changed = new Set([...error.conflicts, ...(error.changes ?? [])].map(({ condition }) => condition))
  const fresh = new Map(sources)
  const again: Array<BoundaryCommand> = []
  for (const [i, { command }] of conditions.entries()) {
    const known = sources.get(command.source)
    if (!(changed.has(i) || error.rewound === true) || known === undefined) continue
    const change = error.rewound === true ? undefined : error.changes?.find(({ condition }) => condition === i)
    const next =
      change === undefined || !command.guardsAll
        ? undefined
        : cache.advance(command, known, change.events, change.marker)
    if (next !== undefined && E.isRight(next)) fresh.set(command.source, next.right)
    else again.push(command)
  }
  batch.logger.debug('a boundary has changed; deciding commands again', { commands: commands.length })
  const affected = commands.filter(
    ({ boundary }) => again.includes(boundary) || again.some((one) => one.source === boundary.source),
  )
  const reads = await readAll(cache, affected, ({ source }) =>
    error.rewound === true ? undefined : sources.get(source),
  )
  const read = await withEvents(batch, affected, reads)
  const remaining = commands.filter((pending) => !affected.includes(pending) || read.commands.includes(pending))
  return { commands: remaining, events: new Map([...fresh, ...read.sources]), conflict: error }
}

const append = async (
  cache: BoundaryCache,
  batch: Batch,
  decisions: BoundaryDecisions,
  sources: Sources,
): Promise<Round> => {
  const { store } = batch
  const { decided: commands } = decisions
  const conditions = conditionsOf(commands, sources)
  const appends = Array.from(decisions.streams, ([stream, events], nth): Append => {
    const one = { stream, expected: 'any' as const, events: events.map(({ newEvent }) => newEvent) }
    return nth === 0 && conditions.length > 0
      ? { ...one, conditions: conditions.map(({ condition }) => condition) }
      : one
  })
  const [only] = appends
  const result: E.Either<AppendError, ReadonlyArray<Appended>> = appends.length === 1 && only !== undefined
    ? E.map((one: Appended): ReadonlyArray<Appended> => [one])(await store.append(only)())
    : await store.appendAll(appends)()
  if (E.isRight(result)) {
    const repeated = result.right.find((one) => one.repeated)
    if (repeated === undefined) return settleAppended(cache, batch, decisions, sources, conditions, result.right)
    for (const { boundary } of commands) cache.forget(boundary)
    const why = 'the store reports a repeated append but does not find its events'
    return settleStoredCommands(batch, commands, decisions, storeUnavailable(why, false, repeated), repeated.history)
  }
  const error = result.left
  if (error._tag === 'BoundaryChanged') return onChanged(cache, batch, commands, sources, conditions, error)
  // What was read may be outdated, or of events that are gone.
  for (const { boundary } of commands) cache.forget(boundary)
  switch (error._tag) {
    case 'EventIdReused':
      return settleStoredCommands(batch, commands, decisions, error, undefined)
    case 'InvalidInput':
      return bisect(batch, commands, error)
    case 'StreamDeleted': {
      const uses = decisions.accepted.filter(({ events }) =>
        events.some(({ tagged }) => tagged.stream === error.stream),
      )
      const failed = uses.length === 0 ? commands : uses.map(({ pending }) => pending)
      await settleIfNew(batch, failAll(failed, error))
      return { commands: commands.filter((pending) => !failed.includes(pending)) }
    }
    default:
      return settle(failAll(commands, error))
  }
}

/** Settles commands that store nothing, when what they have read is all that there is. */
const confirm = async (
  cache: BoundaryCache,
  batch: Batch,
  decisions: BoundaryDecisions,
  sources: Sources,
  cached: Sources,
): Promise<Round> => {
  const stale = decisions.decided.filter(({ boundary }) => cached.has(boundary.source))
  const reads = await readAll(cache, stale, ({ source }) => cached.get(source))
  const read = await withEvents(batch, stale, reads)
  const outdated = new Set(
    [...read.sources].flatMap(([source, now]) =>
      now.events.length === cached.get(source)?.events.length &&
      now.marker.history === cached.get(source)?.marker.history
        ? []
        : [source],
    ),
  )
  const failed = stale.filter((pending) => !read.commands.includes(pending))
  const rest = decisions.decided.filter((pending) => !failed.includes(pending))
  const settled = new Set(rest.filter(({ boundary }) => !outdated.has(boundary.source)))
  const history = [...sources.values()][0]?.marker.history
  await settleRest(
    batch,
    {
      ...decisions,
      accepted: decisions.accepted.filter(({ pending }) => settled.has(pending)),
      rejected: decisions.rejected.filter(({ pending }) => settled.has(pending)),
    },
    history,
  )
  return { commands: rest.filter((pending) => !settled.has(pending)), events: read.sources }
}

/** Decides commands of boundaries and appends their events. What is left to decide is the next round. */
export const makeBoundaryRounds =
  (cache: BoundaryCache): RunRound =>
  async (batch, round) => {
    // A batch has commands of boundaries only, or none: they have mailboxes of their own.
    const all = round.commands as ReadonlyArray<BoundaryPending>
    const fresh = round.events ?? new Map<string, BoundaryEvents>()
    const cached = new Map<string, BoundaryEvents>()
    for (const { boundary } of all) {
      const known = fresh.has(boundary.source) ? undefined : cache.cached(boundary)
      if (known !== undefined) cached.set(boundary.source, known)
    }
    const missing = all.filter(
      ({ boundary: { source, query } }) => query.length > 0 && !fresh.has(source) && !cached.has(source),
    )
    const read = await withEvents(batch, missing, await readAll(cache, missing, () => undefined))
    const commands = all.filter((pending) => !missing.includes(pending) || read.commands.includes(pending))
    const sources: Sources = new Map([...fresh, ...cached, ...read.sources])
    const decisions = decideBoundaries(batch, commands, sources)
    const next =
      decisions.streams.size > 0
        ? await append(cache, batch, decisions, sources)
        : await confirm(cache, batch, decisions, sources, cached)
    return decisions.undecided.length === 0 ? next : { ...next, commands: [...next.commands, ...decisions.undecided] }
  }
