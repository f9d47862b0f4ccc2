import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { right, whileRunning, yieldToOthers } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  expectWhole,
  handlersOf,
  type ProjectionContent,
  readProjection,
  versionsOf,
  versionsProjection,
} from './fixtures.ts'
import { generationOf, swapped } from './rebuildFixtures.ts'
import { law } from './runtimeLaw.ts'

export const rebuildTakeovers = groupOf('rebuilds', [
  law('a rebuild gives the same view again, twice, while the old view serves', async (context) => {
    const lists = versionsProjection(context, { partitions: 2 })
    const runtime = await context.startRuntime([lists], { limits: { batchSize: 5, pageSize: 7 } })
    const last = await context.appendRounds(2)
    await context.waitUntilHandled(runtime, [lists.name], last)
    // A partition without events is committed a little later.
    await context.until(
      'the view is as of then',
      async () => (await readProjection(context, lists.name)).position >= last,
    )
    for (let i = 0; i < 2; i++) {
      const before = await readProjection(context, lists.name)
      await right(runtime.rebuild(lists.name), 'a rebuild')
      const pages: Array<ProjectionContent> = []
      await whileRunning(swapped(context, lists.name, before.generation), async (isOver) => {
        while (!isOver()) {
          pages.push(await readProjection(context, lists.name))
          await yieldToOthers()
        }
      })
      for (const { position, documents } of pages) {
        expectTrue(position >= last, `while a view is built anew, one serves that is at ${position} only`)
        expectEqual(documents, before.documents, 'what queries find while a view is built anew')
      }
      await expectWhole(context, lists.name)
    }
    await context.waitUntilHandled(runtime, [lists.name], await context.appendRounds(1))
    await expectWhole(context, lists.name)
  }),

  law('a rebuild that takes over has the events written meanwhile, once', async (context) => {
    const lists = versionsProjection(context, { partitions: 2 })
    const runtime = await context.startRuntime([lists])
    await context.waitUntilHandled(runtime, [lists.name], await context.appendRounds(1))
    const before = await generationOf(context, lists.name)
    await right(runtime.rebuild(lists.name), 'a rebuild')
    await whileRunning(swapped(context, lists.name, before), async (isOver) => {
      // Enough events that the takeover comes in their midst, and few enough that it comes at all.
      for (let i = 0; i < 60 && !isOver(); i++) {
        await context.appendRounds(1)
        await yieldToOthers()
      }
    })
    await context.waitUntilHandled(runtime, [lists.name], await context.appendRounds(1))
    await expectWhole(context, lists.name)
  }),

  law('a rebuild that is interrupted by the end of a process is finished by another', async (context) => {
    const lists = versionsProjection(context)
    const process = context.process()
    const first = await context.startRuntime([lists], { store: process.store, limits: { batchSize: 1 } })
    await context.waitUntilHandled(first, [lists.name], await context.appendRounds(1))
    const before = await generationOf(context, lists.name)
    process.pause('commits')
    await right(first.rebuild(lists.name), 'a rebuild')
    await context.until('it is being built', () => process.waitingCount() > 0)
    process.kill('away')
    process.resume()
    await first.stop()
    expectEqual(await generationOf(context, lists.name), before, 'the generation that serves')
    const second = await context.startRuntime([lists], { store: context.other })
    await context.appendRounds(1)
    await swapped(context, lists.name, before)
    await context.waitUntilHandled(second, [lists.name], await context.appendRounds(1))
    await expectWhole(context, lists.name)
  }),

  law('a raised version starts a rebuild; the old view is kept until the next one takes over', async (context) => {
    const lists = versionsProjection(context)
    const old = await context.startRuntime([lists])
    await context.waitUntilHandled(old, [lists.name], await context.appendRounds(1))
    const before = await generationOf(context, lists.name)
    const newer = await context.startRuntime([{ ...lists, version: 2 }], { store: context.other })
    await swapped(context, lists.name, before)
    await context.waitUntilHandled(newer, [lists.name], await context.appendRounds(1))
    await expectWhole(context, lists.name)
    expectEqual((await handlersOf(context, lists.name)).length, 2, 'how many generations are kept')
    const second = await generationOf(context, lists.name)
    await right(newer.rebuild(lists.name), 'a rebuild')
    await swapped(context, lists.name, second)
    await context.until('the first one is forgotten', async () => (await handlersOf(context, lists.name)).length === 2)
    const kept = (await handlersOf(context, lists.name)).map(({ generation }) => generation)
    expectEqual(kept.includes(before), false, 'whether the first one is kept')
  }),

  law(
    'a rebuild of a handler that began `now` begins where it began, and so does a raised version',
    async (context) => {
      const lists = { ...versionsProjection(context), start: 'now' as const }
      const early = await context.appendRounds(1)
      const runtime = await context.startRuntime([lists])
      await context.waitUntilHandled(runtime, [lists.name], await context.appendRounds(1))
      const first = await readProjection(context, lists.name)
      const since = versionsOf(context.appended().filter(({ position }) => position > early))
      expectEqual(first.documents, since, 'what the documents have')
      await right(runtime.rebuild(lists.name), 'a rebuild')
      await swapped(context, lists.name, first.generation)
      expectEqual(
        (await readProjection(context, lists.name)).documents,
        since,
        'what the documents have when it is built anew',
      )
      const rebuilt = await generationOf(context, lists.name)
      await context.startRuntime([{ ...lists, version: 2 }], { store: context.other })
      await swapped(context, lists.name, rebuilt)
      expectEqual(
        (await readProjection(context, lists.name)).documents,
        since,
        'what the documents of another version have',
      )
    },
  ),

  law(
    'a rebuild with parked events does not take over, and says why, until a rebuild without them replaces it',
    async (context) => {
      const lists = versionsProjection(context)
      const last = await context.appendRounds(1)
      const old = await context.startRuntime([lists])
      await context.waitUntilHandled(old, [lists.name], last)
      const before = await readProjection(context, lists.name)
      const failing = {
        ...lists,
        version: 2,
        project: () => {
          throw new Error('a mistake in the new version')
        },
      }
      const broken = await context.startRuntime([failing], { store: context.other })
      const reasonsOf = async () =>
        (await right(broken.status, 'the status')).handlers.find(
          ({ name, generation }) => name === lists.name && generation > before.generation,
        )
      await context.until('the status reports what is parked of the build', async () => {
        const built = await reasonsOf()
        return built !== undefined && built.parked === context.appended().length && built.waitsFor.length > 0
      })
      // Only the takeover is missing. The following events are written while it is attempted.
      for (let i = 0; i < 3; i++) {
        await context.waitUntilHandled(old, [lists.name], await context.appendRounds(1))
        const page = await readProjection(context, lists.name)
        expectEqual(page.generation, before.generation, 'the generation that serves')
        await expectWhole(context, lists.name)
      }
      await broken.stop()
      const sound = await context.startRuntime([{ ...lists, version: 2 }], { store: context.other })
      await right(sound.rebuild(lists.name), 'a rebuild in the place of the one that is stuck')
      await swapped(context, lists.name, before.generation)
      await context.waitUntilHandled(sound, [lists.name], await context.appendRounds(1))
      await expectWhole(context, lists.name)
    },
  ),
])
