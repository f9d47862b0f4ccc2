import { taskEither as TE } from 'fp-ts'
import { groupOf } from '../handlerLaws/HandlerLaw.ts'
import { holds, same } from '../internal/expectation.ts'
import { left, right, turn, whileRunning } from '../laws/given.ts'
import { expectWhole, handlersOf, listing, noting, type Page, pageOf, versionsOf } from './given.ts'
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

  law('follow from a version that is raised; the old view is kept until the next takes over', async (world) => {
    const lists = listing(world)
    const old = await world.run([lists])
    await world.handled(old, [lists.name], await world.write(1))
    const before = await generationOf(world, lists.name)
    const newer = await world.run([{ ...lists, version: 2 }], { store: world.other })
    await swapped(world, lists.name, before)
    await world.handled(newer, [lists.name], await world.write(1))
    await expectWhole(world, lists.name)
    same((await handlersOf(world, lists.name)).length, 2, 'how many generations are kept')
    const second = await generationOf(world, lists.name)
    await right(newer.rebuild(lists.name), 'a rebuild')
    await swapped(world, lists.name, second)
    await world.until('the first one is forgotten', async () => (await handlersOf(world, lists.name)).length === 2)
    const kept = (await handlersOf(world, lists.name)).map(({ generation }) => generation)
    same(kept.includes(before), false, 'whether the first one is kept')
  }),

  law('of a handler that began now begin where it began, and so does a version that is raised', async (world) => {
    const lists = { ...listing(world), start: 'now' as const }
    const early = await world.write(1)
    const runtime = await world.run([lists])
    await world.handled(runtime, [lists.name], await world.write(1))
    const first = await pageOf(world, lists.name)
    const since = versionsOf(world.written().filter(({ position }) => position > early))
    same(first.documents, since, 'what the documents have')
    await right(runtime.rebuild(lists.name), 'a rebuild')
    await swapped(world, lists.name, first.generation)
    same((await pageOf(world, lists.name)).documents, since, 'what the documents have when it is built anew')
    const rebuilt = await generationOf(world, lists.name)
    await world.run([{ ...lists, version: 2 }], { store: world.other })
    await swapped(world, lists.name, rebuilt)
    same((await pageOf(world, lists.name)).documents, since, 'what the documents of another version have')
  }),

  law(
    'whose events are parked do not take over, and say why, until a rebuild without parked events replaces them',
    async (world) => {
      const lists = listing(world)
      const last = await world.write(1)
      const old = await world.run([lists])
      await world.handled(old, [lists.name], last)
      const before = await pageOf(world, lists.name)
      const failing = {
        ...lists,
        version: 2,
        project: () => {
          throw new Error('a mistake in the new version')
        },
      }
      const broken = await world.run([failing], { store: world.other })
      const reasonsOf = async () =>
        (await right(broken.status, 'the status')).handlers.find(
          ({ name, generation }) => name === lists.name && generation > before.generation,
        )
      await world.until('the status tells what is parked of the build', async () => {
        const built = await reasonsOf()
        return built !== undefined && built.parked === world.written().length && built.waitsFor.length > 0
      })
      // Everything but the takeover is done. The following events are written while the takeover is tried.
      for (let i = 0; i < 3; i++) {
        await world.handled(old, [lists.name], await world.write(1))
        const page = await pageOf(world, lists.name)
        same(page.generation, before.generation, 'the generation that serves')
        await expectWhole(world, lists.name)
      }
      await broken.stop()
      const sound = await world.run([{ ...lists, version: 2 }], { store: world.other })
      await right(sound.rebuild(lists.name), 'a rebuild in the place of the one that is stuck')
      await swapped(world, lists.name, before.generation)
      await world.handled(sound, [lists.name], await world.write(1))
      await expectWhole(world, lists.name)
    },
  ),

  law('are undone by one command: the old view has what was written meanwhile, and stays', async (world) => {
    const lists = listing(world, { partitions: 2 })
    const old = await world.run([lists])
    await world.handled(old, [lists.name], await world.write(1))
    const before = await pageOf(world, lists.name)
    const wrong = { ...lists, version: 2, project: () => [0] }
    const newer = await world.run([wrong], { store: world.other })
    await swapped(world, lists.name, before.generation)
    const last = await world.write(1)
    await world.handled(newer, [lists.name], last)
    await world.until('the wrong view is as of then', async () => (await pageOf(world, lists.name)).position >= last)
    await right(old.rollBack(lists.name), 'a rollback')
    const back = world.until(
      'the old view serves',
      async () => (await generationOf(world, lists.name)) === before.generation,
    )
    const positions: Array<number> = []
    await whileRunning(back, async (isOver) => {
      while (!isOver()) {
        positions.push((await pageOf(world, lists.name)).position)
        await turn()
      }
    })
    for (const position of positions)
      holds(position >= last, `while it is rolled back, a view serves that is at ${position} only`)
    await expectWhole(world, lists.name)
    // The newer version goes on running, and does not take over again by itself.
    for (let i = 0; i < 5; i++) {
      await world.handled(old, [lists.name], await world.write(1))
      same(await generationOf(world, lists.name), before.generation, 'the generation that serves')
    }
    await expectWhole(world, lists.name)
    same((await left(newer.rebuild('nobody')))._tag, 'UnknownHandler', 'a rebuild of a handler that is not there')
    await right(newer.rollBack(lists.name), 'the rollback of the rollback')
    await swapped(world, lists.name, before.generation)
  }),

  law('are undone by old code that is started instead of the new', async (world) => {
    const lists = listing(world)
    const old = await world.run([lists])
    await world.handled(old, [lists.name], await world.write(1))
    const before = await generationOf(world, lists.name)
    const newer = await world.run([{ ...lists, version: 2 }], { store: world.other })
    await swapped(world, lists.name, before)
    const seen = await world.write(1)
    await world.until('the new view is as of then', async () => (await pageOf(world, lists.name)).position >= seen)
    await Promise.all([old.stop(), newer.stop()])
    const last = await world.write(1)
    const again = await world.run([lists])
    await right(again.rollBack(lists.name), 'a rollback')
    await world.until('the old view serves', async () => (await generationOf(world, lists.name)) === before)
    await world.handled(again, [lists.name], last)
    await expectWhole(world, lists.name)
    await world.handled(again, [lists.name], await world.write(1))
    await expectWhole(world, lists.name)
  }),

  law('are abandoned by one command, and then nothing is left of them', async (world) => {
    const lists = listing(world)
    const old = await world.run([lists])
    await world.handled(old, [lists.name], await world.write(1))
    const before = await generationOf(world, lists.name)
    const process = world.process()
    const newer = await world.run([{ ...lists, version: 2 }], { store: process.store, limits: { batch: 1 } })
    process.pause('commits')
    await world.until('it is being built', async () => (await handlersOf(world, lists.name)).length === 2)
    process.kill('away')
    process.resume()
    await newer.stop()
    await right(old.abandon(lists.name), 'giving up what is built')
    const left = (await handlersOf(world, lists.name)).map(({ generation }) => generation)
    same(left, [before], 'the generations that are left')
    await world.handled(old, [lists.name], await world.write(1))
    await expectWhole(world, lists.name)
  }),

  law('are refused for what has effects, and for what is not there', async (world) => {
    const { handler, name } = noting(world, () => TE.right(undefined))
    const runtime = await world.run([handler])
    same((await left(runtime.rebuild(name)))._tag, 'InvalidInput', 'a rebuild of an event handler')
    same((await left(runtime.rollBack(name)))._tag, 'InvalidInput', 'a rollback of an event handler')
    same((await left(runtime.rebuild('nobody')))._tag, 'UnknownHandler', 'a rebuild of a handler that is not there')
  }),
])
