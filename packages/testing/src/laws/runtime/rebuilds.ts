import { taskEither as TE } from 'fp-ts'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { left, right, whileRunning, yieldToOthers } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  expectWhole,
  handlersOf,
  type ProjectionContent,
  readProjection,
  recordingHandler,
  versionsOf,
  versionsProjection,
} from './fixtures.ts'
import type { RuntimeLawContext } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

const generationOf = async (context: RuntimeLawContext, name: string): Promise<number> =>
  (await readProjection(context, name)).generation

/** Waits until another generation serves. */
const swapped = (context: RuntimeLawContext, name: string, before: number): Promise<void> =>
  context.until('the new generation serves', async () => (await generationOf(context, name)) > before)

export const rebuilds = groupOf('rebuilds', [
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

  law('one command undoes a rebuild: the old view has the events written meanwhile, and stays', async (context) => {
    const lists = versionsProjection(context, { partitions: 2 })
    const old = await context.startRuntime([lists])
    await context.waitUntilHandled(old, [lists.name], await context.appendRounds(1))
    const before = await readProjection(context, lists.name)
    const wrong = { ...lists, version: 2, project: () => [0] }
    const newer = await context.startRuntime([wrong], { store: context.other })
    await swapped(context, lists.name, before.generation)
    const last = await context.appendRounds(1)
    await context.waitUntilHandled(newer, [lists.name], last)
    await context.until(
      'the wrong view is as of then',
      async () => (await readProjection(context, lists.name)).position >= last,
    )
    await right(old.rollBack(lists.name), 'a rollback')
    const back = context.until(
      'the old view serves',
      async () => (await generationOf(context, lists.name)) === before.generation,
    )
    const positions: Array<number> = []
    await whileRunning(back, async (isOver) => {
      while (!isOver()) {
        positions.push((await readProjection(context, lists.name)).position)
        await yieldToOthers()
      }
    })
    for (const position of positions)
      expectTrue(position >= last, `while it is rolled back, a view serves that is at ${position} only`)
    await expectWhole(context, lists.name)
    // The newer version is still running, and does not take over again by itself.
    for (let i = 0; i < 5; i++) {
      await context.waitUntilHandled(old, [lists.name], await context.appendRounds(1))
      expectEqual(await generationOf(context, lists.name), before.generation, 'the generation that serves')
    }
    await expectWhole(context, lists.name)
    expectEqual(
      (await left(newer.rebuild('nobody')))._tag,
      'UnknownHandler',
      'a rebuild of a handler that is not there',
    )
    await right(newer.rollBack(lists.name), 'the rollback of the rollback')
    await swapped(context, lists.name, before.generation)
  }),

  law('old code that starts instead of the new undoes a rebuild', async (context) => {
    const lists = versionsProjection(context)
    const old = await context.startRuntime([lists])
    await context.waitUntilHandled(old, [lists.name], await context.appendRounds(1))
    const before = await generationOf(context, lists.name)
    const newer = await context.startRuntime([{ ...lists, version: 2 }], { store: context.other })
    await swapped(context, lists.name, before)
    const seen = await context.appendRounds(1)
    await context.until(
      'the new view is as of then',
      async () => (await readProjection(context, lists.name)).position >= seen,
    )
    await Promise.all([old.stop(), newer.stop()])
    const last = await context.appendRounds(1)
    const again = await context.startRuntime([lists])
    await right(again.rollBack(lists.name), 'a rollback')
    await context.until('the old view serves', async () => (await generationOf(context, lists.name)) === before)
    await context.waitUntilHandled(again, [lists.name], last)
    await expectWhole(context, lists.name)
    await context.waitUntilHandled(again, [lists.name], await context.appendRounds(1))
    await expectWhole(context, lists.name)
  }),

  law('one command abandons a rebuild, and then nothing is left of it', async (context) => {
    const lists = versionsProjection(context)
    const old = await context.startRuntime([lists])
    await context.waitUntilHandled(old, [lists.name], await context.appendRounds(1))
    const before = await generationOf(context, lists.name)
    const process = context.process()
    const newer = await context.startRuntime([{ ...lists, version: 2 }], {
      store: process.store,
      limits: { batchSize: 1 },
    })
    process.pause('commits')
    await context.until('it is being built', async () => (await handlersOf(context, lists.name)).length === 2)
    process.kill('away')
    process.resume()
    await newer.stop()
    await right(old.abandon(lists.name), 'giving up what is built')
    const left = (await handlersOf(context, lists.name)).map(({ generation }) => generation)
    expectEqual(left, [before], 'the generations that are left')
    await context.waitUntilHandled(old, [lists.name], await context.appendRounds(1))
    await expectWhole(context, lists.name)
  }),

  law('a rebuild of a handler with effects, or of an unknown handler, is refused', async (context) => {
    const { handler, name } = recordingHandler(context, () => TE.right(undefined))
    const runtime = await context.startRuntime([handler])
    expectEqual((await left(runtime.rebuild(name)))._tag, 'InvalidInput', 'a rebuild of an event handler')
    expectEqual((await left(runtime.rollBack(name)))._tag, 'InvalidInput', 'a rollback of an event handler')
    expectEqual(
      (await left(runtime.rebuild('nobody')))._tag,
      'UnknownHandler',
      'a rebuild of a handler that is not there',
    )
  }),
])
