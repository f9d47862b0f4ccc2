import type { HandlerStatus, Json, Recorded } from '@foldlog/core'
import { option as O, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { expectEqual, fail } from '../../internal/expectations.ts'
import { right } from '../store/fixtures.ts'
import { type EventLocation, handlerName, type RuntimeLawContext, type ThingEvent } from './RuntimeLawContext.ts'
import type { EventHandlerUnderLaw, ProjectionUnderLaw } from './SubscriptionsModule.ts'

export type Thing = Recorded<ThingEvent>

type HandlerContext = Parameters<EventHandlerUnderLaw['handle']>[1]

/** Tries no event again, and then does this with it. */
export const withoutRetry = (verdict: 'park' | 'skip' | 'stop') => ({ retry: () => O.none, verdict: () => verdict })

/** An event handler that notes what it has done. `first` is done before that. */
export const recordingHandler = (
  { source }: RuntimeLawContext,
  first: (event: Thing, handling: HandlerContext) => TE.TaskEither<unknown, unknown> = () => TE.right(undefined),
) => {
  const seen: Array<Thing> = []
  const handler = {
    _tag: 'EventHandler',
    name: handlerName(),
    from: [source],
    handle: (event: Thing, handling: HandlerContext) =>
      TE.Functor.map(first(event, handling), () => {
        seen.push(event)
      }),
  } as const satisfies EventHandlerUnderLaw
  return { seen, handler, name: handler.name }
}

/** A gate that handlers wait at. It is closed. */
export const makeGate = () => {
  let open = (): void => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { open, opened }
}

/** Each document has the versions of the events of a stream, in the order in which they came: one that is missing, doubled or out of order is seen. */
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

/** Without what was there before. */
export const withoutRepeats = (seen: ReadonlyArray<Thing>): ReadonlyArray<Thing> => {
  const positions = new Set<number>()
  return seen.filter(({ position }) => {
    const isFirst = !positions.has(position)
    positions.add(position)
    return isFirst
  })
}

/** What the documents of a projection are, and as of which position. */
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

/** Every event that was written is in the documents once, in order. */
export const expectWhole = async (context: RuntimeLawContext, name: string): Promise<void> => {
  const { documents } = await readProjection(context, name)
  expectEqual(documents, versionsOf(context.appended()), 'what the documents have')
}

/** Every event that was written was handled, in the order of its stream; and once, unless repetitions are taken out. */
export const expectAll = (
  context: RuntimeLawContext,
  seen: ReadonlyArray<Pick<EventLocation, 'stream' | 'version'>>,
): void => expectEqual(versionsOf(seen), versionsOf(context.appended()), 'what was handled')

/** The checkpoint of a handler. */
export const checkpointOf = async ({ store }: RuntimeLawContext, name: string): Promise<number> => {
  const { positions } = await right(store.checkpoints([name]), 'the checkpoints')
  return positions[name] ?? fail(`there is no checkpoint of ${name}`)
}

/** What the store knows of a handler: all its generations. */
export const handlersOf = async ({ store }: RuntimeLawContext, name: string): Promise<ReadonlyArray<HandlerStatus>> =>
  (await right(store.handlerStatuses, 'the handlers')).filter((handler) => handler.name === name)

/** How many partitions each holder has, the fewest first. */
export const sharesOf = async (context: RuntimeLawContext, name: string): Promise<ReadonlyArray<number>> => {
  const held = new Map<string, number>()
  for (const { partitions } of await handlersOf(context, name)) {
    for (const { holder } of partitions) if (holder !== null) held.set(holder, (held.get(holder) ?? 0) + 1)
  }
  return [...held.values()].sort((one, another) => one - another)
}
