import { taskEither as TE } from 'fp-ts'
import { groupOf } from '../handlerLaws/HandlerLaw.ts'
import { holds, same } from '../internal/expectation.ts'
import { left, right, turn, whileRunning } from '../laws/given.ts'
import { expectWhole, handlersOf, listing, noting, type Page, pageOf } from './given.ts'
import { law } from './SubscriptionLaw.ts'
import type { World } from './World.ts'

const generationOf = async (world: World, name: string): Promise<number> => (await pageOf(world, name)).generation

/** Waits until another generation serves than the one that did. */
const swapped = (world: World, name: string, before: number): Promise<void> =>
  world.until('the new generation serves', async () => (await generationOf(world, name)) > before)

export const rebuilds = groupOf('rebuilds', [
  law('give the same again, twice, while the old view serves', async (world) => {
    const lists = listing(world, { partitions: 2 })
    const runtime = await world.run([lists], { limits: { batch: 5, pageSize: 7 } })
    const last = await world.write(2)
    await world.handled(runtime, [lists.name], last)
    // A partition that no event is for is committed a little later.
    await world.until('the view is as of then', async () => (await pageOf(world, lists.name)).position >= last)
    for (let i = 0; i < 2; i++) {
      const before = await pageOf(world, lists.name)
      await right(runtime.rebuild(lists.name), 'a rebuild')
      const pages: Array<Page> = []
      await whileRunning(swapped(world, lists.name, before.generation), async (isOver) => {
        while (!isOver()) {
          pages.push(await pageOf(world, lists.name))
          await turn()
        }
      })
      for (const { position, documents } of pages) {
        holds(position >= last, `while a view is built anew, one serves that is at ${position} only`)
        same(documents, before.documents, 'what queries find while a view is built anew')
      }
      await expectWhole(world, lists.name)
    }
    await world.handled(runtime, [lists.name], await world.write(1))
    await expectWhole(world, lists.name)
  }),

  law('have what is written while they take over, once', async (world) => {
    const lists = listing(world, { partitions: 2 })
    const runtime = await world.run([lists])
    await world.handled(runtime, [lists.name], await world.write(1))
    const before = await generationOf(world, lists.name)
    await right(runtime.rebuild(lists.name), 'a rebuild')
    await whileRunning(swapped(world, lists.name, before), async (isOver) => {
      // So many that it takes over in their midst, and not so many that it never does.
      for (let i = 0; i < 60 && !isOver(); i++) {
        await world.write(1)
        await turn()
      }
    })
    await world.handled(runtime, [lists.name], await world.write(1))
    await expectWhole(world, lists.name)
  }),

  law('are interrupted by the end of a process, and ended by another', async (world) => {
    const lists = listing(world)
    const process = world.process()
    const first = await world.run([lists], { store: process.store, limits: { batch: 1 } })
    await world.handled(first, [lists.name], await world.write(1))
    const before = await generationOf(world, lists.name)
    process.pause('commits')
    await right(first.rebuild(lists.name), 'a rebuild')
    await world.until('it is being built', () => process.waiting() > 0)
    process.kill('away')
    process.resume()
    await first.stop()
    same(await generationOf(world, lists.name), before, 'the generation that serves')
    const second = await world.run([lists], { store: world.other })
    await world.write(1)
    await swapped(world, lists.name, before)
    await world.handled(second, [lists.name], await world.write(1))
    await expectWhole(world, lists.name)
  }),

  law('follow from a version that is raised, and the old one is forgotten then', async (world) => {
    const lists = listing(world)
    const old = await world.run([lists])
    await world.handled(old, [lists.name], await world.write(1))
    const before = await generationOf(world, lists.name)
    const newer = await world.run([{ ...lists, version: 2 }], { store: world.other })
    await swapped(world, lists.name, before)
    await world.until('the old one is forgotten', async () => (await handlersOf(world, lists.name)).length === 1)
    await world.handled(newer, [lists.name], await world.write(1))
    await expectWhole(world, lists.name)
  }),

  law('are refused for what has effects, and for what is not there', async (world) => {
    const { handler, name } = noting(world, () => TE.right(undefined))
    const runtime = await world.run([handler])
    same((await left(runtime.rebuild(name)))._tag, 'InvalidInput', 'a rebuild of an event handler')
    same((await left(runtime.rebuild('nobody')))._tag, 'UnknownHandler', 'a rebuild of a handler that is not there')
  }),
])
