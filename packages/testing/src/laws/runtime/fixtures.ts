import type { Json, Recorded } from '@foldlog/core'
import type { HandlerStatus } from '@foldlog/core/store'
import { option as O, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { expectEqual, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import type { EventHandlerUnderLaw, ProjectionUnderLaw } from './HandlerUnderLaw.ts'
import { type EventLocation, handlerName, type RuntimeLawContext, type ThingEvent } from './RuntimeLawContext.ts'

export type Thing = Recorded<ThingEvent>

type HandlerContext = Parameters<EventHandlerUnderLaw['handle']>[1]

/** A failure policy without retries, which ends with this verdict. */
export const withoutRetry = (verdict: 'park' | 'skip' | 'stop') => ({ retry: () => O.none, verdict: () => verdict })

/** An event handler that records the events that it has handled. It runs `first` before it records. */
export const recordingHandler = (
  { source }: RuntimeLawContext,
  first: (event: Thing, handling: HandlerContext) => TE.TaskEither<unknown, unknown> = () => TE.right(undefined),
) => {
  const seen: Array<Thing> = []
  const handler = {
    _tag: 'EventHandler',
    name: handlerName(),
    from: [source],
    start: 'origin',
    handle: (event: Thing, handling: HandlerContext) =>
      TE.Functor.map(first(event, handling), () => {
        seen.push(event)
      }),
  } as const satisfies EventHandlerUnderLaw
  return { seen, handler, name: handler.name }
}

/** A closed gate at which handlers wait. */
export const makeGate = () => {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

/**
 * A projection whose documents have the versions of the events of a stream, in the order of their arrival: a missing,
 * repeated or misplaced event is visible.
 */
export const versionsProjection = (
  { source }: RuntimeLawContext,
  more: Partial<Pick<ProjectionUnderLaw, 'name' | 'version' | 'partitions'>> = {},
) =>
  ({
    _tag: 'Projection',
    name: handlerName(),
    from: [source],
    view: t.readonlyArray(t.number),
    key: ({ stream }: Thing) => stream,
    project: (versions: ReadonlyArray<number> | undefined, { version }: Thing) => [...(versions ?? []), version],
    ...more,
  }) as const satisfies ProjectionUnderLaw

/** The versions of each stream, in the order of the list. */
export const versionsOf = (
  places: ReadonlyArray<Pick<EventLocation, 'stream' | 'version'>>,
): Readonly<Record<string, ReadonlyArray<number>>> => {
  const versions: Record<string, Array<number>> = {}
  for (const { stream, version } of places) {
    const list = versions[stream] ?? []
    versions[stream] = [...list, version]
  }
  return versions
}

/** Removes repetitions. */
export const withoutRepeats = (seen: ReadonlyArray<Thing>): ReadonlyArray<Thing> => {
  const positions = new Set<number>()
  return seen.filter(({ position }) => {
    const isFirst = !positions.has(position)
    positions.add(position)
    return isFirst
  })
}

/** The documents of a projection, and their position. */
export interface ProjectionContent {
  readonly generation: number
  readonly position: number
  readonly documents: Readonly<Record<string, Json>>
}

export const readProjection = async ({ store }: RuntimeLawContext, name: string): Promise<ProjectionContent> => {
  const { generation, position, documents } = await right(
    store.listDocuments({ name, kind: 'view' }),
    'the documents of a projection',
  )
  return { generation, position, documents: Object.fromEntries(documents.map(({ key, data }) => [key, data])) }
}

/** Expects every written event in the documents once, in order. */
export const expectWhole = async (context: RuntimeLawContext, name: string): Promise<void> => {
  const { documents } = await readProjection(context, name)
  expectEqual(documents, versionsOf(context.appended()), 'what the documents have')
}

/**
 * Expects that every written event was handled, in the order of its stream, and once, unless the caller has removed
 * repetitions.
 */
export const expectAll = (
  context: RuntimeLawContext,
  seen: ReadonlyArray<Pick<EventLocation, 'stream' | 'version'>>,
): void => expectEqual(versionsOf(seen), versionsOf(context.appended()), 'what was handled')

/** Leases that outlast every pause of a loaded machine: after a lost lease, events are rightly handled again. */
export const undisturbed = { leaseTime: 60_000 }

/** The checkpoint of a handler. */
export const checkpointOf = async ({ store }: RuntimeLawContext, name: string): Promise<number> => {
  const { positions } = await right(store.checkpoints([name]), 'the checkpoints')
  return positions[name] ?? fail(`there is no checkpoint of ${name}`)
}

/** The status of all generations of a handler. */
export const handlersOf = async ({ store }: RuntimeLawContext, name: string): Promise<ReadonlyArray<HandlerStatus>> =>
  (await right(store.handlerStatuses, 'the handlers')).filter((handler) => handler.name === name)

/** The number of partitions of each holder, the lowest first. */
export const sharesOf = async (context: RuntimeLawContext, name: string): Promise<ReadonlyArray<number>> => {
  const held = new Map<string, number>()
  for (const { partitions } of await handlersOf(context, name)) {
    for (const { holder } of partitions) if (holder !== null) held.set(holder, (held.get(holder) ?? 0) + 1)
  }
  return [...held.values()].sort((one, another) => one - another)
}
