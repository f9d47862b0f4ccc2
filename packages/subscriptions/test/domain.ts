import { EventCodec, EventId, type EventOf, type EventStore, type NewEvent, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/** A domain small enough to see what handlers do with it. */
export const ThingEvent = EventCodec.make({ Added: t.strict({ n: t.number }), Broken: t.strict({}) })

export type ThingEvent = EventOf<typeof ThingEvent>

export const things = { category: 'thing', events: ThingEvent } as const

const nextId = EventId.source({ now: Date.now, random: Math.random })

export const right = <L, A>(either: E.Either<L, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left))
  return either.right
}

export const streamOf = (id: string | number): StreamName => right(StreamName.make('thing', `${id}`))

const newEvent = (event: ThingEvent): NewEvent => ({ ...right(ThingEvent.encode(event)), id: nextId(), metadata: {} })

export const added = (n: number): ThingEvent => ({ type: 'Added', data: { n } })

export const broken: ThingEvent = { type: 'Broken', data: {} }

export const append = async (
  store: EventStore,
  id: string | number,
  ...events: ReadonlyArray<ThingEvent>
): Promise<number> => {
  const appended = await store.append({ stream: streamOf(id), expected: 'any', events: events.map(newEvent) })()
  return right(appended).positions.at(-1) ?? 0
}

/** Waits until a condition holds. The test's own time limit ends what never does. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2))
}
