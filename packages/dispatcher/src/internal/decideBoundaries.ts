import type { Condition, Event, NewEvent, StreamName } from '@foldlog/core'
import { Tagged } from '@foldlog/core'
import { copyJson, Limits, ownInitialState } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { Batch } from './Batch.ts'
import type { BoundaryCommand } from './BoundaryCommand.ts'
import type { BoundaryEvents } from './BoundaryEvents.ts'
import { checkEvents } from './checkEvents.ts'
import { idsOf } from './idsOf.ts'
import type { PendingCommand } from './PendingCommand.ts'
import { domainCodeFailed, runDecision } from './userCode.ts'

export type BoundaryPending = PendingCommand & { readonly boundary: BoundaryCommand }

/** The events that commands read, by their sources. */
export type Sources = ReadonlyMap<string, BoundaryEvents>

export interface DecidedEvent {
  readonly tagged: Tagged<Event>
  readonly newEvent: NewEvent
}

export interface AcceptedBoundary {
  readonly pending: BoundaryPending
  readonly events: ReadonlyArray<DecidedEvent>
  /** As those of other commands: what was decided, by its events. */
  readonly parts: ReadonlyArray<{ readonly events: ReadonlyArray<unknown> }>
}

export interface BoundaryDecisions {
  readonly accepted: ReadonlyArray<AcceptedBoundary>
  readonly rejected: ReadonlyArray<{ readonly pending: BoundaryPending; readonly error: unknown }>
  readonly decided: ReadonlyArray<BoundaryPending>
  readonly undecided: ReadonlyArray<BoundaryPending>
  readonly streams: ReadonlyMap<StreamName, ReadonlyArray<DecidedEvent>>
}

const byStream = (events: ReadonlyArray<DecidedEvent>): ReadonlyMap<StreamName, Array<DecidedEvent>> => {
  const groups = new Map<StreamName, Array<DecidedEvent>>()
  for (const event of events) {
    const group = groups.get(event.tagged.stream)
    if (group === undefined) groups.set(event.tagged.stream, [event])
    else group.push(event)
  }
  return groups
}

/** Decides one command on what it has read, and on what commands before it in this batch have decided. */
const decideOne = (
  batch: Batch,
  pending: BoundaryPending,
  read: BoundaryEvents | undefined,
  before: ReadonlyArray<DecidedEvent>,
): E.Either<unknown, ReadonlyArray<DecidedEvent>> => {
  const { command, hasCallerId, metadata } = pending
  const { boundary, view } = pending.boundary
  let progress = ownInitialState(view.begin)
  for (const { tagged } of read?.events ?? []) progress = view.evolve(progress, tagged)
  for (const { tagged } of before) progress = view.evolve(progress, tagged)
  const state = view.state(progress)
  const decided = runDecision(command.type, () => boundary.decide(command, state))
  if (E.isLeft(decided)) return decided
  const events = checkEvents(command.type, decided.right)
  if (E.isLeft(events)) return events
  const idOf = idsOf(batch.resolved, pending)
  const all: Array<DecidedEvent> = []
  for (const [index, event] of events.right.entries()) {
    const stream = boundary.stream(event, command)
    if (E.isLeft(stream)) return stream
    const tagged = Tagged.of(boundary.events, stream.right)(event)
    if (E.isLeft(tagged)) return tagged
    const encoded = boundary.events.encode(event)
    if (E.isLeft(encoded)) return encoded
    const own = index === 0 && hasCallerId ? { ...metadata, commandType: command.type } : metadata
    // Most codecs encode to the value itself, and the views of later commands get that before it is stored.
    const data = copyJson(encoded.right.data)
    all.push({ tagged: tagged.right, newEvent: { ...encoded.right, data, id: idOf(index), metadata: own } })
  }
  // An append stores the events of one stream together, and so they are folded here.
  return E.right([...byStream(all).values()].flat())
}

/** As `AppendOrder`: the log has the events of the commands in the order of the commands, and each whole. */
export const decideBoundaries = (
  batch: Batch,
  commands: ReadonlyArray<BoundaryPending>,
  sources: Sources,
): BoundaryDecisions => {
  const accepted: Array<AcceptedBoundary> = []
  const rejected: Array<{ readonly pending: BoundaryPending; readonly error: unknown }> = []
  const streams = new Map<StreamName, Array<DecidedEvent>>()
  const all: Array<DecidedEvent> = []
  const conditions = new Set<string>()
  let last: StreamName | undefined
  for (const [i, pending] of commands.entries()) {
    const stop = () => ({ accepted, rejected, decided: commands.slice(0, i), undecided: commands.slice(i), streams })
    if (conditions.size === Limits.conditionsPerAppend && !conditions.has(conditionKey(pending))) return stop()
    let step: E.Either<unknown, ReadonlyArray<DecidedEvent>>
    try {
      step = decideOne(batch, pending, sources.get(pending.boundary.source), all)
    } catch (cause) {
      step = E.left(domainCodeFailed(pending.command.type, cause))
    }
    if (E.isRight(step)) {
      const groups = byStream(step.right)
      const fits = [...groups.keys()].every((name, nth) => !streams.has(name) || (nth === 0 && name === last))
      if (!fits) return stop()
      for (const [name, events] of groups) {
        streams.set(name, [...(streams.get(name) ?? []), ...events])
        last = name
      }
      all.push(...step.right)
      accepted.push({ pending, events: step.right, parts: [{ events: step.right }] })
    } else rejected.push({ pending, error: step.left })
    conditions.add(conditionKey(pending))
  }
  return { accepted, rejected, decided: commands, undecided: [], streams }
}

const conditionKey = ({ boundary: { source, guard } }: BoundaryPending): string => `${source}\n${JSON.stringify(guard)}`

/** The conditions of an append, each once, with a command that needs it. A command that reads nothing needs none. */
export const conditionsOf = (
  decided: ReadonlyArray<BoundaryPending>,
  sources: Sources,
): ReadonlyArray<{ readonly command: BoundaryCommand; readonly condition: Condition }> => {
  const conditions = new Map<string, { readonly command: BoundaryCommand; readonly condition: Condition }>()
  for (const pending of decided) {
    const { boundary: command } = pending
    const read = sources.get(command.source)
    if (read === undefined || command.guard.length === 0) continue
    conditions.set(conditionKey(pending), { command, condition: { query: command.guard, marker: read.marker } })
  }
  return [...conditions.values()]
}
