import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
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
import { law } from './handlerLaw.ts'
import { appendTo, change, documentOf, freshCategory, opened, streamOf, tagOf, viewsBy } from './inlineFixtures.ts'

export const inlineOpening = groupOf('inline projections', [
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
    expectEqual(await commit(store, commitOf(lease, [view('a')])), 'fenced', 'the commit of its former owner')
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
    expectEqual(await tagOf(store.openInline(building, [of.category])), 'InvalidInput', 'a build during a rollback')
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
    expectEqual(
      await tagOf(store.pauseAppends(freshName(), [category], 10)),
      'InvalidInput',
      'a pause for an unknown handler',
    )
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
])
