import { either as E } from 'fp-ts'
import { groupOf } from '../handlerLaws/HandlerLaw.ts'
import { fail, holds, same } from '../internal/expectation.ts'
import { turn, whileRunning } from '../laws/given.ts'
import {
  checkpointOf,
  expectAll,
  expectWhole,
  firsts,
  listing,
  makeGate,
  noting,
  type Page,
  pageOf,
  versionsOf,
} from './given.ts'
import { law } from './SubscriptionLaw.ts'
import { added, type World } from './World.ts'

const written = (world: World, upTo: number) => world.written().filter(({ position }) => position <= upTo)

export const checkpoints = groupOf('checkpoints', [
  law('are where a handler goes on after a stop: nothing comes again, nothing is left out', async (world) => {
    const { seen, handler, name } = noting(world)
    for (let i = 0; i < 3; i++) {
      const runtime = await world.run([handler])
      const last = await world.write(1)
      await world.handled(runtime, [name], last)
      await runtime.stop()
      same(await checkpointOf(world, name), last, 'the checkpoint after a stop')
      await world.append(i, added(i))
    }
    const runtime = await world.run([handler])
    await world.handled(runtime, [name], await world.append(0, added()))
    expectAll(world, seen)
  }),

  law(
    'are where another process goes on after a crash: what is behind them comes again, nothing before',
    async (world) => {
      const process = world.process()
      const { seen, handler, name } = noting(world)
      const first = await world.run([handler], { store: process.store, limits: { batch: 5 } })
      await world.handled(first, [name], await world.write(1))
      // It does the next events, and cannot say so.
      process.pause('commits')
      await world.write(1)
      await world.until(
        'more is handled, and its commit is on the way',
        () => seen.length > 15 && process.waiting() > 0,
      )
      process.kill('away')
      process.resume()
      await first.stop()
      const checkpoint = await checkpointOf(world, name)
      const before = seen.length
      const second = await world.run([handler], { store: world.other })
      await world.handled(second, [name], await world.write(1))
      const again = seen.slice(before)
      const rest = world.written().filter(({ position }) => position > checkpoint)
      same(versionsOf(again), versionsOf(rest), 'what was handled after the crash')
      expectAll(world, firsts(seen))
    },
  ),

  law('pass no event that is not done, though later ones of other streams are', async (world) => {
    const gate = makeGate()
    const blocked = world.streamOf(0)
    const { seen, handler, name } = noting(world, ({ stream }) => async () => {
      if (stream === blocked) await gate.opened
      return E.right(undefined)
    })
    const process = world.process()
    const runtime = await world.run([handler], { store: process.store })
    await world.handled(runtime, [name], await world.append(1, added()))
    const held = await world.append(0, added())
    await world.write(1)
    const checked: Array<number> = []
    for (let i = 0; i < 10; i++) {
      checked.push(await checkpointOf(world, name))
      await turn()
    }
    holds(
      checked.every((position) => position < held),
      `the checkpoint passes position ${held}, which is not done: ${checked}`,
    )
    process.kill('away')
    gate.open()
    await runtime.stop()
    const again = await world.run([handler], { store: world.other })
    await world.handled(again, [name], await world.append(2, added()))
    expectAll(world, firsts(seen))
  }),

  law('never pass what is done, whatever the handler does and however the log grows', async (world) => {
    const { seen, handler, name } = noting(world, () => async () => {
      await turn()
      return E.right(undefined)
    })
    const runtime = await world.run([handler], { limits: { batch: 3, pageSize: 7 } })
    const looks: Array<readonly [checkpoint: number, done: ReadonlySet<number>]> = []
    await whileRunning(
      world.write(4).then((last) => world.handled(runtime, [name], last)),
      async (isOver) => {
        // The last look is after the end.
        for (let over = false; !over; ) {
          over = isOver()
          const checkpoint = await checkpointOf(world, name)
          // What was committed was done before.
          looks.push([checkpoint, new Set(seen.map(({ position }) => position))])
          await turn()
        }
      },
    )
    for (const [checkpoint, done] of looks) {
      const missing = written(world, checkpoint).filter(({ position }) => !done.has(position))
      same(missing, [], `what was not done when the checkpoint was ${checkpoint}`)
    }
    expectAll(world, seen)
  }),

  law('advance over events of others', async (world) => {
    const others = { category: `${world.category}other`, events: world.source.events }
    const [ofOthers, ofOtherTypes] = [noting({ ...world, source: others }), noting(world)]
    const handlers = [ofOthers.handler, { ...ofOtherTypes.handler, filter: { types: ['Broken'] } }]
    // Each in a process of its own: there is nobody whose events it would read too.
    const runtimes = await Promise.all(handlers.map((handler) => world.run([handler])))
    const last = await world.write(2)
    for (const [i, { name }] of handlers.entries()) {
      await world.handled(runtimes[i] ?? fail('each has a runtime'), [name], last)
      await world.until('its checkpoint is written', async () => (await checkpointOf(world, name)) >= last)
    }
    same([...ofOthers.seen, ...ofOtherTypes.seen], [], 'what they were given')
  }),

  law('and documents are one: a page has the events up to its position, and no others', async (world) => {
    const lists = listing(world)
    const runtime = await world.run([lists], { limits: { batch: 4, pageSize: 9 } })
    const pages: Array<Page> = []
    await whileRunning(
      world.write(4).then((last) => world.handled(runtime, [lists.name], last)),
      async (isOver) => {
        while (!isOver()) {
          pages.push(await pageOf(world, lists.name))
          await turn()
        }
      },
    )
    for (const { position, documents } of pages) {
      same(documents, versionsOf(written(world, position)), `the documents at position ${position}`)
    }
    await expectWhole(world, lists.name)
  }),
])
