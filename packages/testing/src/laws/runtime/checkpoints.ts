import { either as E } from 'fp-ts'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { whileRunning, yieldToOthers } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  checkpointOf,
  expectAll,
  expectWhole,
  makeGate,
  type ProjectionContent,
  readProjection,
  recordingHandler,
  undisturbed,
  versionsOf,
  versionsProjection,
  withoutRepeats,
} from './fixtures.ts'
import { added, type RuntimeLawContext } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

const written = (context: RuntimeLawContext, upTo: number) =>
  context.appended().filter(({ position }) => position <= upTo)

export const checkpoints = groupOf('checkpoints', [
  law('a handler continues at its checkpoint after a stop: it gets no event again and misses none', async (context) => {
    const { seen, handler, name } = recordingHandler(context)
    for (let i = 0; i < 3; i++) {
      const runtime = await context.startRuntime([handler], { limits: undisturbed })
      const last = await context.appendRounds(1)
      await context.waitUntilHandled(runtime, [name], last)
      await runtime.stop()
      expectEqual(await checkpointOf(context, name), last, 'the checkpoint after a stop')
      await context.append(i, added(i))
    }
    const runtime = await context.startRuntime([handler], { limits: undisturbed })
    await context.waitUntilHandled(runtime, [name], await context.append(0, added()))
    expectAll(context, seen)
  }),

  law(
    'another process continues at the checkpoint after a crash: it gets the events behind it again, and none before it',
    async (context) => {
      const process = context.process()
      const { seen, handler, name } = recordingHandler(context)
      const first = await context.startRuntime([handler], { store: process.store, limits: { batchSize: 5 } })
      await context.waitUntilHandled(first, [name], await context.appendRounds(1))
      // The process handles the next events, and cannot report it.
      process.pause('commits')
      await context.appendRounds(1)
      await context.until(
        'more is handled, and its commit is on the way',
        () => seen.length > 15 && process.waitingCount() > 0,
      )
      process.kill('away')
      process.resume()
      await first.stop()
      const checkpoint = await checkpointOf(context, name)
      const before = seen.length
      const second = await context.startRuntime([handler], { store: context.other })
      await context.waitUntilHandled(second, [name], await context.appendRounds(1))
      const again = seen.slice(before)
      const rest = context.appended().filter(({ position }) => position > checkpoint)
      expectEqual(versionsOf(again), versionsOf(rest), 'what was handled after the crash')
      expectAll(context, withoutRepeats(seen))
    },
  ),

  law('a checkpoint passes no unhandled event, though later events of other streams are handled', async (context) => {
    const gate = makeGate()
    const blocked = context.streamOf(0)
    const { seen, handler, name } = recordingHandler(context, ({ stream }) => async () => {
      if (stream === blocked) await gate.opened
      return E.right(undefined)
    })
    const process = context.process()
    const runtime = await context.startRuntime([handler], { store: process.store })
    await context.waitUntilHandled(runtime, [name], await context.append(1, added()))
    const held = await context.append(0, added())
    await context.appendRounds(1)
    const checked: Array<number> = []
    for (let i = 0; i < 10; i++) {
      checked.push(await checkpointOf(context, name))
      await yieldToOthers()
    }
    expectTrue(
      checked.every((position) => position < held),
      `the checkpoint passes position ${held}, which is not done: ${checked}`,
    )
    process.kill('away')
    gate.open()
    await runtime.stop()
    const again = await context.startRuntime([handler], { store: context.other })
    await context.waitUntilHandled(again, [name], await context.append(2, added()))
    expectAll(context, withoutRepeats(seen))
  }),

  law(
    'a checkpoint never passes unhandled events, whatever the handler does and however the log grows',
    async (context) => {
      const { seen, handler, name } = recordingHandler(context, () => async () => {
        await yieldToOthers()
        return E.right(undefined)
      })
      const runtime = await context.startRuntime([handler], { limits: { batchSize: 3, pageSize: 7, ...undisturbed } })
      const looks: Array<readonly [checkpoint: number, done: ReadonlySet<number>]> = []
      await whileRunning(
        context.appendRounds(4).then((last) => context.waitUntilHandled(runtime, [name], last)),
        async (isOver) => {
          // The last read comes after the end.
          for (let over = false; !over; ) {
            over = isOver()
            const checkpoint = await checkpointOf(context, name)
            // Committed events were handled before.
            looks.push([checkpoint, new Set(seen.map(({ position }) => position))])
            await yieldToOthers()
          }
        },
      )
      for (const [checkpoint, done] of looks) {
        const missing = written(context, checkpoint).filter(({ position }) => !done.has(position))
        expectEqual(missing, [], `what was not done when the checkpoint was ${checkpoint}`)
      }
      expectAll(context, seen)
    },
  ),

  law('a checkpoint advances over events of other handlers', async (context) => {
    const others = { category: `${context.category}other`, events: context.source.events }
    const [ofOthers, ofOtherTypes] = [recordingHandler({ ...context, source: others }), recordingHandler(context)]
    const handlers = [ofOthers.handler, { ...ofOtherTypes.handler, filter: { types: ['Broken'] } }]
    // Each handler is in a process of its own: no other handler reads its events for it.
    const runtimes = await Promise.all(handlers.map((handler) => context.startRuntime([handler])))
    const last = await context.appendRounds(2)
    for (const [i, { name }] of handlers.entries()) {
      await context.waitUntilHandled(runtimes[i] ?? fail('each has a runtime'), [name], last)
      await context.until('its checkpoint is written', async () => (await checkpointOf(context, name)) >= last)
    }
    expectEqual([...ofOthers.seen, ...ofOtherTypes.seen], [], 'what they were given')
  }),

  law(
    'a checkpoint and its documents are one: a page has the events up to its position, and no others',
    async (context) => {
      const lists = versionsProjection(context)
      const runtime = await context.startRuntime([lists], { limits: { batchSize: 4, pageSize: 9 } })
      const pages: Array<ProjectionContent> = []
      await whileRunning(
        context.appendRounds(4).then((last) => context.waitUntilHandled(runtime, [lists.name], last)),
        async (isOver) => {
          while (!isOver()) {
            pages.push(await readProjection(context, lists.name))
            await yieldToOthers()
          }
        },
      )
      for (const { position, documents } of pages) {
        expectEqual(documents, versionsOf(written(context, position)), `the documents at position ${position}`)
      }
      await expectWhole(context, lists.name)
    },
  ),
])
