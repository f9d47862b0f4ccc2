import type { HandlerStore, Json } from '@foldlog/core'
import type { GenerationRole, HandlerGeneration, HandlerRef, HandlerStatus, StopStatus } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { byCodePoint, checkpointOf, type Generation, type Handlers, roleOf } from './Handlers.ts'
import type { Log } from './Log.ts'

const stopStatuses = (documents: Generation['documents']): ReadonlyArray<StopStatus> =>
  [...documents.values()]
    .filter(({ kind }) => kind === 'stop')
    .sort((a, b) => byCodePoint(a.key, b.key))
    // Made from JSON by the commit.
    .map(({ partition, data, requestedAction }) => ({ partition, data: JSON.parse(data) as Json, requestedAction }))

/**
 * Counts parked events. An event that is parked in several partitions, or lanes, counts once, by its position. An
 * `input` is no event, and counts for itself.
 */
const countParked = (documents: Generation['documents']): number => {
  const events = new Set<string>()
  for (const { kind, key, data } of documents.values()) {
    if (kind !== 'parked') continue
    const value = JSON.parse(data) as Json // Made from JSON by the commit.
    const isEvent = typeof value === 'object' && value !== null && !('input' in value)
    const position = isEvent && 'position' in value ? value['position'] : null
    events.add(position === null || position === undefined ? `at ${key}` : `${position}`)
  }
  return events.size
}

/**
 * The position of a generation. The views of an open inline projection are written with the appends, so it is at the
 * end of the log.
 */
const positionOf = ({ byName }: Handlers, log: Log, { name, generation }: HandlerRef, checkpoint: number): number =>
  byName.get(name)?.inline?.generation === generation ? Math.max(checkpoint, log.events.length) : checkpoint

const roleIn = ({ byName }: Handlers, { name, generation }: HandlerRef): GenerationRole => {
  const handler = byName.get(name)
  return handler === undefined ? 'outdated' : roleOf(handler, generation)
}

const generationStatus = (
  handlers: Handlers,
  log: Log,
  name: string,
  [generation, known]: readonly [number, Generation],
): HandlerGeneration => ({
  name,
  generation,
  serves: handlers.byName.get(name)?.serving === generation,
  role: roleIn(handlers, { name, generation }),
  partitions: known.partitions.length,
  position: positionOf(handlers, log, { name, generation }, checkpointOf(known)),
  stops: stopStatuses(known.documents),
  checkpointResets: known.checkpointResets,
  identity: known.identity,
})

const handlerStatus = (
  handlers: Handlers,
  log: Log,
  name: string,
  [generation, { partitions, members, documents }]: readonly [number, Generation],
): HandlerStatus => {
  const now = handlers.now()
  const role = roleIn(handlers, { name, generation })
  // The generation is frozen or outdated: no event waits for it.
  const isIdle = role === 'previous' || role === 'outdated'
  const count = (kind: string) => [...documents.values()].filter((document) => document.kind === kind).length
  return {
    name,
    generation,
    serves: handlers.byName.get(name)?.serving === generation,
    role,
    partitions: partitions.map(({ position: checkpoint, epoch, revision, holder, until }, partition) => {
      const position = positionOf(handlers, log, { name, generation }, checkpoint)
      const next = log.events[position]
      const held = holder !== undefined && until > now
      return {
        partition,
        position,
        epoch,
        revision,
        holder: held ? holder : null,
        until: held ? new Date(until) : null,
        waitingSince: next === undefined || isIdle ? null : new Date(next.append.milliseconds),
      }
    }),
    members: [...members]
      .filter(([, { until }]) => until > now)
      // Made from JSON by the heartbeat.
      .map(([member, { until, report }]) => ({ member, until: new Date(until), report: JSON.parse(report) as Json }))
      .sort((a, b) => byCodePoint(a.member, b.member)),
    parked: countParked(documents),
    timers: count('timer'),
    commands: count('command'),
    stops: stopStatuses(documents),
  }
}

/** Maps all generations, ordered by name and number. */
const mapGenerations = <A>(
  handlers: Handlers,
  log: Log,
  make: (handlers: Handlers, log: Log, name: string, one: readonly [number, Generation]) => A,
): ReadonlyArray<A> =>
  [...handlers.byName]
    .sort(([a], [b]) => byCodePoint(a, b))
    .flatMap(([name, { generations }]) =>
      [...generations].sort(([a], [b]) => a - b).map((one) => make(handlers, log, name, one)),
    )

/** The statuses of handlers and of their generations. */
export const statusesOf = (handlers: Handlers, log: Log): Pick<HandlerStore, 'generations' | 'handlerStatuses'> => ({
  generations: async () =>
    F.pipe(
      handlers.checkRunning(),
      E.map(() => mapGenerations(handlers, log, generationStatus)),
    ),

  handlerStatuses: async () =>
    F.pipe(
      handlers.checkRunning(),
      E.map(() => mapGenerations(handlers, log, handlerStatus)),
    ),
})
