import { type Append, EventId, type Json, StreamName } from '@foldlog/core'
import type { HandlerDocument, HandlerRef, ProjectionChanges, ViewChange } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { left, right, untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  commit,
  commitOf,
  firstLease,
  freshName,
  positionsOf,
  registerHandler,
  sendHeartbeat,
  view,
  viewsOf,
} from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const freshId = EventId.source({ now: Date.now, random: Math.random })

/** Each law has a category of its own: the stores may share their data. */
const freshCategory = (): string => `inline${freshId()}`

const streamOf = (category: string, id: string | number = freshId()): StreamName => {
  const stream = StreamName.parse(`${category}-${id}`)
  return E.isRight(stream) ? stream.right : fail(stream.left.why)
}

const eventOf = (data: Json = null) => ({ id: freshId(), type: 'Happened', schemaVersion: 1, data, metadata: {} })

const appendTo = (stream: StreamName, events = 1, expected: Append['expected'] = 'any'): Append => ({
  stream,
  expected,
  events: Array.from({ length: events }, () => eventOf()),
})

const change = (key: string, basis: number | null, data?: Json): ViewChange => ({
  key,
  expectedPosition: basis,
  partition: 0,
  ...(data === undefined ? undefined : { data }),
})

const viewsBy = (
  { name, generation }: HandlerRef,
  ...changes: ReadonlyArray<ViewChange>
): ReadonlyArray<ProjectionChanges> => [{ name, generation, changes }]

/** Creates a projection that is open for a category of its own. */
const opened = async (store: CompleteHandlerStore, partitions = 1) => {
  const of = await registerHandler(store, partitions)
  const category = freshCategory()
  expectEqual(await right(store.openInline(of, [category])), true, 'that it is open')
  return { ...of, category }
}

const documentOf = async (
  store: CompleteHandlerStore,
  { name }: HandlerRef,
  key: string,
): Promise<HandlerDocument | undefined> => (await right(store.getDocuments({ name, kind: 'view' }, [key])))[0]

const tagOf = async (task: Parameters<typeof left>[0]): Promise<unknown> =>
  Reflect.get(Object(await left(task)), '_tag')

const tail = async (store: CompleteHandlerStore, stream: StreamName): Promise<number> =>
  (await right(store.streamInfo(stream))).version

const listIn = (data: Json | undefined): ReadonlyArray<Json> => (Array.isArray(data) ? data : [])

/**
 * Appends an event that adds a text to each of these lists, from their current content. Retries on conflicts, and
 * returns the number of attempts.
 */
const add = async (
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

export const inline = groupOf('inline projections', [
  law('views are written with the events, at the position of the last event', async ({ store }) => {
    const of = await opened(store)
    const appends = [appendTo(streamOf(of.category), 2), appendTo(streamOf(of.category), 3)]
    const appended = await right(
      store.appendWithViews(appends, viewsBy(of, change('a', null, { n: 1 }), change('b', null, null))),
    )
    const position = appended[1]?.positions.at(-1) ?? -1
    expectEqual([appended[0]?.positions.length, appended[1]?.positions.length], [2, 3], 'the positions')
    const document = await documentOf(store, of, 'a')
    expectEqual(
      [document?.data, document?.position, document?.requestedAction, document?.due],
      [{ n: 1 }, position, null, null],
      'the view a',
    )
    const next = appendTo(streamOf(of.category))
    await right(store.appendWithViews([next], viewsBy(of, change('a', position, { n: 2 }), change('b', position))))
    expectEqual(await viewsOf(store, of), { a: { n: 2 } }, 'the views, one replaced and one removed')
  }),

  law('a refused append writes no views, and the error gives the reason', async ({ store }) => {
    const of = await opened(store)
    const stream = streamOf(of.category)
    const refused = appendTo(stream, 1, 'streamExists')
    expectEqual(
      await tagOf(store.appendWithViews([refused], viewsBy(of, change('a', null, 1)))),
      'VersionConflict',
      'the error',
    )
    expectEqual(
      await tagOf(store.appendWithViews([refused], viewsBy(of, change('a', 7, 1)))),
      'VersionConflict',
      'also when stale',
    )
    expectEqual(await viewsOf(store, of), {}, 'the views')
  }),

  law('views made from a view that has changed are stale, all of them', async ({ store }) => {
    const of = await opened(store)
    const stream = streamOf(of.category)
    const first = await add(store, of, stream, ['a', 'b'], 'x')
    const bad: ReadonlyArray<ViewChange> = [
      change('a', null, 1),
      change('a', first.position - 1, 1),
      change('a', first.position + 1, 1),
      change('c', first.position, 1),
      change('a', null),
    ]
    for (const one of bad) {
      const views = viewsBy(of, change('b', first.position, 'new'), change('d', null, 'new'), one)
      expectEqual(await tagOf(store.appendWithViews([appendTo(stream)], views)), 'ViewConflict', JSON.stringify(one))
    }
    expectEqual(await viewsOf(store, of), { a: ['x'], b: ['x'] }, 'the views')
    expectEqual(await tail(store, stream), 1, 'the version of the stream')
  }),

  law('views made from no view are stale when there is one, and valid when it is gone again', async ({ store }) => {
    const of = await opened(store)
    const { position } = await add(store, of, streamOf(of.category), ['a'], 'x')
    await right(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of, change('a', position))))
    await right(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of, change('a', null, 'y'))))
    expectEqual(await viewsOf(store, of), { a: 'y' }, 'the views')
  }),

  law('a repeated append does not write its views again', async ({ store }) => {
    const of = await opened(store)
    const append = appendTo(streamOf(of.category), 2)
    const first = await right(store.appendWithViews([append], viewsBy(of, change('a', null, 1))))
    const position = first[0]?.positions.at(-1) ?? -1
    for (const basis of [null, position]) {
      const again = await right(
        store.appendWithViews([append], viewsBy(of, change('a', basis, 2), change('b', null, 2))),
      )
      expectEqual(again, [{ ...first[0], repeated: true }], `the first result, from ${basis}`)
    }
    expectEqual(await viewsOf(store, of), { a: 1 }, 'the views')
  }),

  law('every append to a category must have its views', async ({ store }) => {
    const of = await opened(store)
    const other = freshCategory()
    const refused = await left(store.append(appendTo(streamOf(of.category))))
    expectEqual(
      [Reflect.get(Object(refused), '_tag'), Reflect.get(Object(refused), 'retryable')],
      ['StoreUnavailable', false],
      'without views',
    )
    const stream = streamOf(other)
    await right(store.append(appendTo(stream)))
    expectEqual(
      await tagOf(store.appendAll([appendTo(stream), appendTo(streamOf(of.category))])),
      'StoreUnavailable',
      'in part',
    )
    expectEqual(await tail(store, stream), 1, 'the version of a stream of another category')
    expectEqual(
      await tagOf(store.appendWithViews([appendTo(streamOf(of.category))], [])),
      'ViewConflict',
      'views of no projection',
    )
    await right(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of)))
    await right(store.appendWithViews([appendTo(streamOf(other))], []))
  }),

  law('views for a generation that is not open are stale', async ({ store }) => {
    const of = await opened(store)
    const closed = await registerHandler(store, 1)
    const append = () => appendTo(streamOf(of.category))
    const bad = [viewsBy({ ...of, generation: 2 }), viewsBy(closed), [...viewsBy(of), ...viewsBy(closed)]]
    for (const views of bad)
      expectEqual(await tagOf(store.appendWithViews([append()], views)), 'ViewConflict', JSON.stringify(views))
  }),

  law('8 racing writers lose no update, and the views follow the order of the log', async ({ store }) => {
    const of = await opened(store)
    const done = await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        const own: Array<Awaited<ReturnType<typeof add>>> = []
        const stream = streamOf(of.category)
        for (let i = 0; i < 10; i++) own.push(await add(store, of, stream, ['all'], `${writer}.${i}`))
        return own
      }),
    )
    const inLog = done.flat().toSorted((a, b) => a.position - b.position)
    expectEqual(
      (await documentOf(store, of, 'all'))?.data,
      inLog.map(({ text }) => text),
      'the list',
    )
  }),

  law('racing writers that create and remove one view follow the order of the log', async ({ store }) => {
    const of = await opened(store)
    const stream = streamOf(of.category)
    const changes: Array<{ readonly position: number; readonly made: boolean }> = []
    const toggle = async (): Promise<void> => {
      for (let done = 0; done < 10; ) {
        const document = await documentOf(store, of, 'a')
        const next = document === undefined ? change('a', null, 1) : change('a', document.position)
        const outcome = await store.appendWithViews([appendTo(stream)], viewsBy(of, next))()
        if (E.isLeft(outcome)) continue
        changes.push({ position: outcome.right[0]?.positions[0] ?? 0, made: document === undefined })
        done++
      }
    }
    await Promise.all(Array.from({ length: 6 }, toggle))
    const inLog = changes.toSorted((a, b) => a.position - b.position).map(({ made }) => made)
    expectEqual(
      inLog,
      inLog.map((_, i) => i % 2 === 0),
      'that it was made and removed in turn',
    )
  }),

  law('writers of the same views in any order end without deadlock', async ({ store }) => {
    const of = await opened(store)
    const keys = ['a', 'b', 'c', 'd']
    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        const order = writer % 2 === 0 ? keys : keys.toReversed()
        for (let i = 0; i < 5; i++) await add(store, of, streamOf(of.category), order, `${writer}.${i}`)
      }),
    )
    const lists = Object.values(await viewsOf(store, of))
    for (const list of lists) expectEqual(list, lists[0], 'that all lists are the same')
    expectEqual(listIn(lists[0]).length, 40, 'how many were added')
  }),

  law('a projection is opened when it has caught up, and not before', async ({ store }) => {
    const category = freshCategory()
    const stream = streamOf(category)
    const [appended] = await right(store.appendAll([appendTo(stream)]))
    const of = await registerHandler(store, 2)
    const { leases } = await sendHeartbeat(store, of, freshName('member'))
    const position = appended?.positions[0] ?? 0
    const [one, two] = leases
    if (one === undefined || two === undefined) return fail('there are no leases')
    expectEqual(await right(store.openInline(of, [category])), false, 'behind')
    await commit(store, commitOf(one, [view('a')], position))
    expectEqual(await right(store.openInline(of, [category])), false, 'in one partition')
    await right(store.append(appendTo(streamOf(freshCategory()))))
    await commit(store, commitOf(two, [{ kind: 'parked', key: 'p', data: 1 }], position))
    expectEqual(await right(store.openInline(of, [category])), false, 'with an event that is parked')
    await right(store.append(appendTo(stream)))
    await commit(store, { ...commitOf(two, [{ kind: 'parked', key: 'p' }], position), revision: 1 })
    expectEqual(await right(store.openInline(of, [category])), false, 'behind again')
    const head = await right(store.settledPosition)
    await commit(store, { ...commitOf(one, [], head), revision: 1 })
    await commit(store, { ...commitOf(two, [], head), revision: 2 })
    expectEqual(await right(store.openInline(of, [category])), true, 'with all that it wants')
    expectEqual(await right(store.openInline(of, [category])), true, 'again')
    const open = await right(store.inlineProjections)
    expectEqual(
      open.filter(({ name }) => name === of.name),
      [{ ...of, partitions: 2, categories: [category] }],
      'what is open',
    )
  }),

  law('no member gets a lease of an open projection', async ({ store }) => {
    const of = await registerHandler(store, 1)
    const member = freshName('member')
    const lease = firstLease(await sendHeartbeat(store, of, member))
    const category = freshCategory()
    expectEqual(await right(store.openInline(of, [category])), true, 'that it is open')
    expectEqual(await commit(store, commitOf(lease, [view('a')])), 'fenced', 'the commit of who worked on it')
    for (const name of [member, freshName('member')])
      expectEqual((await sendHeartbeat(store, of, name)).leases, [], 'the leases')
    expectEqual(
      await tagOf(store.promote(await registerHandler(store, 1, { name: of.name, generation: 2 }))),
      'InvalidInput',
      'a swap',
    )
  }),

  law('the checkpoint of an open projection has reached every settled event', async ({ store }) => {
    const of = await opened(store)
    await right(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of)))
    const head = await right(store.settledPosition)
    const { [of.name]: position = -1 } = await positionsOf(store, [of.name])
    expectTrue(position >= head, `the checkpoint is ${position}, behind ${head}`)
    const known = (await right(store.generations)).find(({ name }) => name === of.name)
    expectTrue((known?.position ?? -1) >= head, `the generation is at ${known?.position}, behind ${head}`)
    const status = (await right(store.handlerStatuses)).find(({ name }) => name === of.name)
    expectEqual(
      status?.partitions.map(({ waitingSince }) => waitingSince),
      [null],
      'since when an event waits',
    )
  }),

  law('a new generation takes over in one step', async ({ store }) => {
    const of = await opened(store)
    const next = await registerHandler(store, 1, { name: of.name, generation: 2 })
    const lease = firstLease(await sendHeartbeat(store, next, freshName('member')))
    await right(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of, change('a', null, 'old'))))
    expectEqual(await right(store.openInline(next, [of.category])), false, 'before it has caught up')
    await commit(store, commitOf(lease, [view('a', 'new')], await right(store.settledPosition)))
    expectEqual(await right(store.openInline(next, [of.category])), true, 'when it has')
    expectEqual(await viewsOf(store, next), { a: 'new' }, 'the views')
    expectEqual((await documentOf(store, of, 'a'))?.data, 'new', 'the view that is served')
    const late = viewsBy(of, change('a', (await documentOf(store, of, 'a'))?.position ?? null, 'late'))
    expectEqual(
      await tagOf(store.appendWithViews([appendTo(streamOf(of.category))], late)),
      'ViewConflict',
      'the old generation',
    )
    expectEqual(await tagOf(store.openInline(of, [of.category])), 'InvalidInput', 'the old generation, opened')
    await right(store.retire(of))
  }),

  law('a generation that was open before is kept, and can be opened again when it has caught up', async ({ store }) => {
    const of = await opened(store)
    const [first] = await right(
      store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of, change('a', null, 'old'))),
    )
    const next = await registerHandler(store, 1, { name: of.name, generation: 2 })
    const lease = firstLease(await sendHeartbeat(store, next, freshName('member')))
    await commit(store, commitOf(lease, [view('a', 'new')], await right(store.settledPosition)))
    expectEqual(await right(store.openInline(next, [of.category])), true, 'that the second is open')
    expectEqual((await sendHeartbeat(store, of, freshName('member'))).leases, [], 'leases of the first')
    await right(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(next)))
    expectEqual(
      await tagOf(store.openInline(of, [of.category])),
      'InvalidInput',
      'the first, opened before it is asked for',
    )
    expectEqual((await right(store.rollBack(of))).role, 'returning', 'the first, asked for')
    const building = await registerHandler(store, 1, { name: of.name, generation: 3 })
    expectEqual(await tagOf(store.openInline(building, [of.category])), 'InvalidInput', 'a build beside a rollback')
    expectEqual(await right(store.openInline(of, [of.category])), false, 'the first, before it has caught up')
    const again = firstLease(await sendHeartbeat(store, of, freshName('member')))
    expectEqual(again.position, first?.positions[0], 'where it goes on: behind the last event in its views')
    await commit(store, commitOf(again, [], await right(store.settledPosition)))
    expectEqual(await right(store.openInline(of, [of.category])), true, 'the first, when it has')
    expectEqual((await documentOf(store, of, 'a'))?.data, 'old', 'the view that is served')
    expectEqual(
      await tagOf(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(next))),
      'ViewConflict',
      'views of the second',
    )
    await right(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of)))
  }),

  law('a projection that waits to be opened pauses appends for a limited time', async ({ store }) => {
    const of = await registerHandler(store, 1)
    const category = freshCategory()
    await right(store.pauseAppends(of.name, [category], 300))
    const begun = performance.now()
    let ended = false
    const waiting = right(store.append(appendTo(streamOf(category)))).then(() => {
      ended = true
    })
    await right(store.append(appendTo(streamOf(freshCategory()))))
    // Clocks may differ slightly, and timers may fire early.
    expectTrue(!ended || performance.now() - begun > 250, 'an append did not wait')
    await waiting
    expectTrue(performance.now() - begun > 250, 'an append did not wait')
    expectEqual(await tagOf(store.pauseAppends(freshName(), [category], 10)), 'InvalidInput', 'a pause for nobody')
  }),

  law('a projection that stops being inline continues behind the last of its events', async ({ store }) => {
    const of = await opened(store)
    const [appended] = await right(
      store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of, change('a', null, 1))),
    )
    const position = appended?.positions[0] ?? -1
    await right(store.append(appendTo(streamOf(freshCategory()))))
    expectEqual(await right(store.endInline(of.name)), true, 'that it was open')
    expectEqual(await right(store.endInline(of.name)), false, 'again')
    expectEqual(
      firstLease(await sendHeartbeat(store, of, freshName('member'))).position,
      position,
      'where the next one begins',
    )
    await right(store.append(appendTo(streamOf(of.category))))
    expectEqual(
      await tagOf(store.appendWithViews([appendTo(streamOf(of.category))], viewsBy(of))),
      'ViewConflict',
      'with views',
    )
  }),

  law('bad input is refused', async ({ store }) => {
    const of = await opened(store)
    const stream = streamOf(of.category)
    const bad: ReadonlyArray<unknown> = [
      null,
      {},
      [null],
      [{ ...of, changes: null }],
      [{ ...of, name: '', changes: [] }],
      [{ ...of, generation: 0, changes: [] }],
      [...viewsBy(of), ...viewsBy(of)],
      ...[
        null,
        7,
        change('', null, 1),
        change('a\0', null, 1),
        { ...change('a', null, 1), expectedPosition: '1' },
        { ...change('a', null, 1), expectedPosition: -1 },
        { ...change('a', null, 1), expectedPosition: undefined },
        { ...change('a', null, 1), partition: 1_024 },
        { ...change('a', null), data: Number.NaN },
      ].map((one) => [{ ...of, changes: [one] }]),
      viewsBy(of, change('a', null, 1), change('a', null, 2)),
    ]
    for (const views of bad) {
      expectEqual(
        await tagOf(store.appendWithViews([appendTo(stream)], untyped(views))),
        'InvalidInput',
        JSON.stringify(views),
      )
    }
    for (const categories of [null, [], [''], ['a-b'], [7], 'a']) {
      expectEqual(
        await tagOf(store.openInline(of, untyped(categories))),
        'InvalidInput',
        `categories ${JSON.stringify(categories)}`,
      )
      expectEqual(
        await tagOf(store.pauseAppends(of.name, untyped(categories), 1)),
        'InvalidInput',
        'the same for a pause',
      )
    }
    for (const ms of [0, -1, 0.5, 60_001, null]) {
      expectEqual(await tagOf(store.pauseAppends(of.name, ['a'], untyped(ms))), 'InvalidInput', `${ms} milliseconds`)
    }
    expectEqual(
      await tagOf(store.openInline({ name: freshName(), generation: 1 }, ['a'])),
      'InvalidInput',
      'an unknown handler',
    )
    expectEqual(await tagOf(store.endInline(untyped(7))), 'InvalidInput', 'a name that is none')
    expectEqual(await tail(store, stream), 0, 'the version of the stream')
  }),
])
