import { taskEither as TE } from 'fp-ts'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { left, right, whileRunning, yieldToOthers } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { expectWhole, handlersOf, readProjection, recordingHandler, versionsProjection } from './fixtures.ts'
import { generationOf, swapped } from './rebuildFixtures.ts'
import { law } from './runtimeLaw.ts'

export const rebuildRollbacks = groupOf('rebuilds', [
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
    await right(old.abandon(lists.name), 'abandoning the build')
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
