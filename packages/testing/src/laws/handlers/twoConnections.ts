import { type Append, type Json, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { freshId, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  appendOne,
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

const appendTo = (category: string): Append => {
  const stream = StreamName.parse(`${category}-${freshId()}`)
  if (E.isLeft(stream)) return fail(stream.left.why)
  const event = { id: freshId(), type: 'Happened', schemaVersion: 1, data: null, metadata: {} }
  return { stream: stream.right, expected: 'any', events: [event] }
}

const numberIn = (data: Json | undefined): number => (typeof data === 'number' ? data : 0)

/**
 * Both connections represent two processes: neither may have knowledge of its own, nor remember what the other has
 * changed.
 */
export const twoConnections = groupOf('two connections', [
  law('both connections know the same handlers, leases and documents', async ({ store, other }) => {
    const of = await registerHandler(store, 2)
    const again = await right(other.register({ ...of, partitions: 5, start: 3 }))
    expectEqual(
      again,
      { ...of, partitions: 2, start: 0, serving: 1, role: 'serving', identity: null },
      'the handler, registered by the other',
    )
    const lease = firstLease(await sendHeartbeat(store, of, freshName('member')))
    expectEqual(
      (await sendHeartbeat(other, of, freshName('member'))).leases,
      [],
      'what another gets by the other handle',
    )
    expectEqual(
      await commit(other, commitOf(lease, [view('a', 1)], 4)),
      'committed',
      'the work of the other connection',
    )
    expectEqual(await viewsOf(store, of), { a: 1 }, 'the views')
    expectEqual(
      await commit(store, { ...commitOf(lease, [view('a', 2)], 5), revision: 1 }),
      'committed',
      'the next work',
    )
    expectEqual(await viewsOf(other, of), { a: 2 }, 'the views, by the other')
    const read = await right(other.getDocuments({ name: of.name, kind: 'view' }, ['a']))
    expectEqual(
      read.map(({ data }) => data),
      [2],
      'the view by its key, by the other',
    )
    expectEqual(await positionsOf(store, [of.name]), await positionsOf(other, [of.name]), 'the checkpoints')
  }),

  law('one connection swaps and retires generations under the other', async ({ store, other }) => {
    const of = await registerHandler(store, 1)
    const next = await registerHandler(other, 1, { name: of.name, generation: 2 })
    const lease = firstLease(await sendHeartbeat(other, next, freshName('member')))
    expectEqual(await commit(other, commitOf(lease, [view('a', 'new')])), 'committed', 'the work on the second')
    expectEqual(await viewsOf(store, of), {}, 'the views of the first')
    expectEqual((await right(store.promote(next))).serving, 2, 'what serves')
    expectEqual(await positionsOf(other, [of.name]), { [of.name]: 1 }, 'the checkpoint then, by the other')
    expectEqual((await right(other.rollBack(of))).role, 'returning', 'the first, asked to serve again by the other')
    const again = firstLease(await sendHeartbeat(store, of, freshName('member')))
    expectEqual(await commit(store, { ...again, position: 1, changes: [] }), 'committed', 'the work on the first')
    expectEqual((await right(other.promote(of))).serving, 1, 'what serves then')
    expectEqual((await right(store.promote(next))).serving, 1, 'what serves when the second is promoted again')
    await right(other.retire(next))
    const known = (await right(store.generations)).filter(({ name }) => name === of.name)
    expectEqual(
      known.map(({ generation }) => generation),
      [1],
      'what is left',
    )
  }),

  law('both connections count up in one document and lose nothing', async ({ store, other }) => {
    const of = await registerHandler(store, 1)
    let steps = 0
    await Promise.all(
      [store, other, store, other].map(async (handle) => {
        const member = freshName('member')
        for (let i = 0; i < 25; i++) {
          const { leases } = await sendHeartbeat(handle, of, member)
          for (const lease of leases) {
            const [document] = await right(handle.getDocuments({ name: of.name, kind: 'view' }, ['all']))
            if ((await commit(handle, commitOf(lease, [view('all', numberIn(document?.data) + 1)]))) === 'committed') {
              steps++
            }
            await right(handle.release([lease]))
            await sendHeartbeat(handle, of, member, { capacity: 0 })
          }
        }
      }),
    )
    expectTrue(steps > 0, 'nothing was committed')
    expectEqual(await viewsOf(store, of), { all: steps }, 'the counter')
  }),

  law('both connections have one log: one reads the appends of the other', async ({ store, other }) => {
    const position = await appendOne(store)
    expectTrue((await right(other.settledPosition)) >= position, `the head of the other is behind ${position}`)
    const slice = await right(other.readLog({ after: position - 1, count: 1 }))
    expectEqual(
      slice.events.map((event) => event.position),
      [position],
      'what the other reads',
    )
  }),

  law('both connections know which projections are inline, and that appends wait', async ({ store, other }) => {
    const of = await registerHandler(store, 1)
    const category = `inline${freshId()}`
    await right(other.append(appendTo(category)))
    const lease = firstLease(await sendHeartbeat(store, of, freshName('member')))
    await commit(store, commitOf(lease, [], await right(store.settledPosition)))
    await right(store.pauseAppends(of.name, [category], 300))
    const begun = performance.now()
    await right(other.append(appendTo(category)))
    // Clocks may differ slightly, and timers may fire early.
    expectTrue(performance.now() - begun > 250, 'an append of the other did not wait')
    expectEqual(await right(store.openInline(of, [category])), false, 'that it is open, behind that append')
    await commit(store, { ...commitOf(lease, [], await right(store.settledPosition)), revision: 1 })
    expectEqual(await right(store.openInline(of, [category])), true, 'that it is open')
    const refused = await other.append(appendTo(category))()
    expectEqual(
      E.isLeft(refused) ? refused.left._tag : 'stored',
      'StoreUnavailable',
      'an append of the other without views',
    )
    const changes = [{ key: 'a', partition: 0, expectedPosition: null, data: 1 }]
    await right(other.appendWithViews([appendTo(category)], [{ ...of, changes }]))
    expectEqual(await viewsOf(store, of), { a: 1 }, 'the views')
    expectEqual(await right(other.endInline(of.name)), true, 'that it was open')
    await right(store.append(appendTo(category)))
  }),
])
