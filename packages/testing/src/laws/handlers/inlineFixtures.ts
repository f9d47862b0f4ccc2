import { type Append, type Json, StreamName } from '@foldlog/core'
import type { HandlerDocument, HandlerRef, ProjectionChanges, ViewChange } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { expectEqual, fail } from '../../internal/expectations.ts'
import { freshId, left, right } from '../fixtures.ts'
import { registerHandler } from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'

/** Each law has a category of its own: the stores may share their data. */
export const freshCategory = (): string => `inline${freshId()}`

export const streamOf = (category: string, id: string | number = freshId()): StreamName => {
  const stream = StreamName.parse(`${category}-${id}`)
  return E.isRight(stream) ? stream.right : fail(stream.left.why)
}

export const eventOf = (data: Json = null) => ({
  id: freshId(),
  type: 'Happened',
  schemaVersion: 1,
  data,
  metadata: {},
})

export const appendTo = (stream: StreamName, events = 1, expected: Append['expected'] = 'any'): Append => ({
  stream,
  expected,
  events: Array.from({ length: events }, () => eventOf()),
})

export const change = (key: string, basis: number | null, data?: Json): ViewChange => ({
  key,
  expectedPosition: basis,
  partition: 0,
  ...(data === undefined ? undefined : { data }),
})

export const viewsBy = (
  { name, generation }: HandlerRef,
  ...changes: ReadonlyArray<ViewChange>
): ReadonlyArray<ProjectionChanges> => [{ name, generation, changes }]

/** Creates a projection that is open for a category of its own. */
export const opened = async (store: CompleteHandlerStore, partitions = 1) => {
  const of = await registerHandler(store, partitions)
  const category = freshCategory()
  expectEqual(await right(store.openInline(of, [category])), true, 'that it is open')
  return { ...of, category }
}

export const documentOf = async (
  store: CompleteHandlerStore,
  { name }: HandlerRef,
  key: string,
): Promise<HandlerDocument | undefined> => (await right(store.getDocuments({ name, kind: 'view' }, [key])))[0]

export const tagOf = async (task: Parameters<typeof left>[0]): Promise<unknown> =>
  Reflect.get(Object(await left(task)), '_tag')

export const tail = async (store: CompleteHandlerStore, stream: StreamName): Promise<number> =>
  (await right(store.streamInfo(stream))).version

export const listIn = (data: Json | undefined): ReadonlyArray<Json> => (Array.isArray(data) ? data : [])

/**
 * Appends an event that adds a text to each of these lists, from their current content. Retries on conflicts, and
 * returns the number of attempts.
 */
export const add = async (
  store: CompleteHandlerStore,
  of: HandlerRef,
  stream: StreamName,
  keys: ReadonlyArray<string>,
  text: string,
) => {
  const append = appendTo(stream)
  for (let tries = 1; ; tries++) {
    const found = await right(store.getDocuments({ name: of.name, kind: 'view' }, keys))
    const changes = keys.map((key) => {
      const document = found.find((one) => one.key === key)
      return change(key, document?.position ?? null, [...listIn(document?.data), text])
    })
    const outcome = await store.appendWithViews([append], viewsBy(of, ...changes))()
    if (E.isRight(outcome)) return { tries, position: outcome.right[0]?.positions[0] ?? 0, text }
    expectEqual(outcome.left._tag, 'ViewConflict', 'the only thing that may be in the way')
  }
}
