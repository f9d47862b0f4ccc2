import type { Append } from '@foldlog/core'
import type { ProjectionChanges, ViewChange } from '@foldlog/core/store'
import { makePostgresStore } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { connect, type FreshStore, freshStore, newEvent, streamName, until } from './freshStore.ts'
import { openAppend } from './openAppend.ts'

const right = <L, A>(outcome: E.Either<L, A>): A => {
  if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
  return outcome.right
}

const ref = { name: 'views', generation: 1 }

let fresh: FreshStore
beforeEach(async () => {
  fresh = await freshStore()
  right(await fresh.store.register({ ...ref, partitions: 1, start: 0 })())
})
afterEach(() => fresh.close())

const appendTo = (name: string): Append => ({ stream: streamName(name), expected: 'any', events: [newEvent()] })

const views = (key: string, basis: number | null, data?: string): ReadonlyArray<ProjectionChanges> => {
  const change: ViewChange = {
    key,
    expectedPosition: basis,
    partition: 0,
    ...(data === undefined ? undefined : { data }),
  }
  return [{ ...ref, changes: [change] }]
}

const viewsThere = async (): Promise<ReadonlyArray<unknown>> =>
  right(await fresh.store.listDocuments({ name: 'views', kind: 'view' })()).documents.map(({ data }) => data)

/** Whether a client of this schema waits for a lock. */
const waits = async (): Promise<boolean> => {
  const rows = await fresh.watcher.unsafe(
    `select from pg_stat_activity where application_name = '${fresh.application}' and wait_event_type = 'Lock'`,
  )
  return rows.length > 0
}

/** An append with views whose transaction stays open until it is ended. */
const openInlineAppend = async (append: Append, changed: ReadonlyArray<ProjectionChanges>) => {
  const client = connect(fresh.url, { max: 1 })
  await client.unsafe('begin')
  right(await makePostgresStore({ sql: client, schema: fresh.schema }).appendWithViews([append], changed)())
  return async (how: string) => {
    await client.unsafe(how)
    await client.end({ timeout: 5 })
  }
}

describe('views that are written with appends', () => {
  it('are made again, not lost, when a view is removed during the wait for it', async () => {
    right(await fresh.store.openInline(ref, ['thing'])())
    const [made] = right(await fresh.store.appendWithViews([appendTo('thing-1')], views('a', null, 'made'))())
    const end = await openInlineAppend(appendTo('thing-2'), views('a', made?.positions[0] ?? 0))
    // Made from no document, as if read after the removal.
    const waiting = fresh.store.appendWithViews([appendTo('thing-3')], views('a', null, 'again'))()
    await until(waits)
    await end('commit')
    const outcome = await waiting
    if (E.isLeft(outcome)) {
      expect(outcome.left._tag).toBe('ViewConflict')
      expect(await viewsThere()).toEqual([])
      right(await fresh.store.appendWithViews([appendTo('thing-3')], views('a', null, 'again'))())
    }
    expect(await viewsThere()).toEqual(['again'])
  })

  it.each(['commit', 'rollback'])(
    'of two that make one view, the second waits for the first, and goes by its %s',
    async (how) => {
      right(await fresh.store.openInline(ref, ['thing'])())
      const end = await openInlineAppend(appendTo('thing-1'), views('a', null, 'first'))
      const waiting = fresh.store.appendWithViews([appendTo('thing-2')], views('a', null, 'second'))()
      await until(waits)
      await end(how)
      const outcome = await waiting
      expect(E.isLeft(outcome) ? outcome.left._tag : 'appended').toBe(how === 'commit' ? 'ViewConflict' : 'appended')
      expect(await viewsThere()).toEqual([how === 'commit' ? 'first' : 'second'])
    },
  )

  it('leave nothing behind when they are refused', async () => {
    right(await fresh.store.openInline(ref, ['thing'])())
    const append: Append = { ...appendTo('thing-1'), expected: 7 }
    expect(E.isLeft(await fresh.store.appendWithViews([append], views('a', null, 'a'))())).toBe(true)
    const rows = await fresh.watcher.unsafe(`select key from "${fresh.schema}".handler_documents`)
    expect(rows).toHaveLength(0)
  })

  it('begin when no append runs without them: opening waits for an append in progress, and then sees it', async () => {
    const { end } = await openAppend(fresh, 'thing-1')
    const opening = fresh.store.openInline(ref, ['thing'])()
    await until(waits)
    await end('commit')
    // Behind: it has not folded that event yet.
    expect(right(await opening)).toBe(false)
    expect(right(await fresh.store.inlineProjections())).toEqual([])
  })

  const tagOf = (outcome: E.Either<{ readonly _tag: string }, unknown>): string =>
    E.isLeft(outcome) ? outcome.left._tag : 'appended'

  it('of one batch, which is one statement, equal those of appends one after another', async () => {
    right(await fresh.store.openInline(ref, ['thing'])())
    const outcomes = await Promise.all([
      fresh.store.append(appendTo('other-1'))(),
      fresh.store.appendWithViews([appendTo('thing-1')], views('a', null, 'a'))(),
      fresh.store.appendWithViews([appendTo('thing-2')], views('a', null, 'b'))(),
      fresh.store.appendWithViews([{ ...appendTo('thing-3'), expected: 3 }], views('c', null, 'c'))(),
      fresh.store.appendWithViews([appendTo('thing-4')], views('d', null, 'd'))(),
    ])
    expect(outcomes.map(tagOf)).toEqual(['appended', 'appended', 'ViewConflict', 'VersionConflict', 'appended'])
    expect(await viewsThere()).toEqual(['a', 'd'])
  })

  it('are required of each append of a batch: one without them fails alone', async () => {
    right(await fresh.store.openInline(ref, ['thing'])())
    const outcomes = await Promise.all([
      fresh.store.append(appendTo('other-1'))(),
      fresh.store.append(appendTo('thing-1'))(),
      fresh.store.appendWithViews([appendTo('thing-2')], views('a', null, 'a'))(),
    ])
    expect(outcomes.map(tagOf)).toEqual(['appended', 'StoreUnavailable', 'appended'])
  })
})
