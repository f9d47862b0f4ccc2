import { either as E } from 'fp-ts'
import { groupOf } from '../handlerLaws/HandlerLaw.ts'
import { fail, holds, same } from '../internal/expectation.ts'
import { turn } from '../laws/given.ts'
import { checkpointOf, expectAll, firsts, makeGate, noting, versionsOf } from './given.ts'
import { law } from './SubscriptionLaw.ts'
import { added, broken, type Place } from './World.ts'

/** Pages and turns so small that everything takes several of them. */
const small = { pageSize: 7, batch: 5 }

export const delivery = groupOf('delivery', [
  law('has no gap, repetition or inversion, from what is stored to what comes', async (world) => {
    const { seen, handler, name } = noting(world)
    await world.write(2)
    const runtime = await world.run([handler], { limits: small })
    await world.until('the first event is handled', () => seen.length > 0)
    await world.handled(runtime, [name], await world.write(3))
    for (let i = 0; i < 4; i++) await world.handled(runtime, [name], await world.append(i, added(i)))
    expectAll(world, seen)
  }),

  law('has none either when a handler falls behind what comes, and is back', async (world) => {
    let gate = makeGate()
    gate.open()
    const { seen, handler, name } = noting(world, () => async () => {
      await gate.opened
      return E.right(undefined)
    })
    const runtime = await world.run([handler], { limits: small })
    for (let i = 0; i < 2; i++) {
      await world.handled(runtime, [name], await world.append(i, added(i)))
      gate = makeGate()
      await world.write(2)
      gate.open()
      await world.handled(runtime, [name], await world.append(i, added(i)))
    }
    expectAll(world, seen)
  }),

  law('loses nothing to a slow handler, whose checkpoints are written on the way', async (world) => {
    const { seen, handler, name } = noting(world, () => async () => {
      await turn()
      return E.right(undefined)
    })
    const first = await world.run([handler], { limits: small })
    await world.write(2)
    await world.until('a checkpoint is written', async () => (await checkpointOf(world, name)) > 0)
    await world.write(2)
    await first.stop()
    const second = await world.run([handler], { limits: small })
    await world.handled(second, [name], await world.write(1))
    // What was done beyond the last checkpoint may come again.
    expectAll(world, firsts(seen))
  }),

  law('is not held up by another handler that is slow, which misses nothing', async (world) => {
    const gate = makeGate()
    const [quick, slow] = [
      noting(world),
      noting(world, () => async () => {
        await gate.opened
        return E.right(undefined)
      }),
    ]
    const runtime = await world.run([slow.handler, quick.handler], { limits: small })
    await world.handled(runtime, [quick.name], await world.write(3))
    same(slow.seen, [], 'what the slow one has handled')
    gate.open()
    await world.handled(runtime, [slow.name, quick.name], await world.append(0, added()))
    expectAll(world, quick.seen)
    expectAll(world, slow.seen)
  }),

  law('begins at the origin, after a position or now, as it was said when the handler was made', async (world) => {
    const middle = await world.write(1)
    await world.write(1)
    const [origin, behind, now] = [noting(world), noting(world), noting(world)]
    const all = (later: { readonly start?: 'now' }) => [
      { ...origin.handler, ...later },
      { ...behind.handler, start: { after: middle }, ...later },
      { ...now.handler, start: 'now' as const },
    ]
    const names = [origin.name, behind.name, now.name]
    const first = await world.run(all({}))
    await world.handled(first, names, await world.append(0, added()))
    await first.stop()
    const last = await world.append(0, added())
    // Where a known handler begins is its checkpoint, whatever is said.
    const second = await world.run(all({ start: 'now' }))
    await world.handled(second, names, last)
    const written = world.written()
    expectAll(world, origin.seen)
    same(
      versionsOf(behind.seen),
      versionsOf(written.filter(({ position }) => position > middle)),
      'what was handled from a position on',
    )
    same(versionsOf(now.seen), versionsOf(written.slice(-2)), 'what was handled from now on')
  }),

  law('is of what the filter lets through', async (world) => {
    const { seen, handler, name } = noting(world)
    const filtered = { ...handler, filter: { types: ['Broken'] } }
    const runtime = await world.run([filtered])
    await world.write(1)
    await world.append(0, broken)
    await world.handled(runtime, [name], await world.append(1, broken, added()))
    same(
      seen.map(({ event, version }) => [event.type, version]),
      [
        ['Broken', 4],
        ['Broken', 4],
      ],
      'what was handled',
    )
  }),

  law('of a subscription is in the order of the log, each event once, while it grows', async (world) => {
    const { subscriptions, store, category } = world
    await world.write(2)
    const end = new AbortController()
    const events = subscriptions.subscribe({
      store,
      filter: { categories: [category] },
      start: 'origin',
      pageSize: small.pageSize,
      poll: 100,
      signal: end.signal,
    })
    const seen: Array<Place> = []
    const reading = (async () => {
      for await (const event of events) {
        if (E.isLeft(event)) fail(`the subscription ended with ${event.left._tag}`)
        else seen.push(event.right)
      }
    })()
    const until = (async () => {
      await world.write(3)
      await world.until('all is read', () => seen.length >= world.written().length)
    })().finally(() => end.abort())
    const [, late] = await Promise.allSettled([reading, until])
    same(
      seen.map(({ stream, version, position }) => ({ stream, version, position })),
      world.written(),
      'what was read',
    )
    if (late.status === 'rejected') throw late.reason
    await reading
  }),

  law('is of every event, also of one append that fills many pages', async (world) => {
    const { seen, handler, name } = noting(world)
    const runtime = await world.run([handler], { limits: small })
    const many = Array.from({ length: 40 }, (_, n) => added(n))
    await world.handled(runtime, [name], await world.append(0, ...many))
    await world.handled(runtime, [name], await world.append(1, ...many))
    expectAll(world, seen)
  }),

  law('is one after another within a stream, and side by side over streams', async (world) => {
    const busy: Array<string> = []
    const met = makeGate()
    let [together, most] = [0, 0]
    const { seen, handler, name } = noting(world, ({ stream }) => async () => {
      if (busy.includes(stream)) together++
      busy.push(stream)
      most = Math.max(most, busy.length)
      if (busy.length > 1) met.open()
      await met.opened
      await turn()
      busy.splice(busy.indexOf(stream), 1)
      return E.right(undefined)
    })
    const last = await world.write(2)
    const runtime = await world.run([{ ...handler, concurrency: 4 }])
    await world.handled(runtime, [name], last)
    same(together, 0, 'how often two events of a stream were handled at once')
    holds(most <= 4, `${most} streams were handled at once`)
    expectAll(world, seen)
  }),
])
