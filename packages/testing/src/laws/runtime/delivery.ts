import { either as E } from 'fp-ts'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { yieldToOthers } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  checkpointOf,
  expectAll,
  makeGate,
  recordingHandler,
  undisturbed,
  versionsOf,
  withoutRepeats,
} from './fixtures.ts'
import { added, broken, type EventLocation } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

/** Pages and batches so small that everything takes several of them. */
const small = { pageSize: 7, batchSize: 5, ...undisturbed }

export const delivery = groupOf('delivery', [
  law('delivery has no gap, repetition or inversion, from stored events to new ones', async (context) => {
    const { seen, handler, name } = recordingHandler(context)
    await context.appendRounds(2)
    const runtime = await context.startRuntime([handler], { limits: small })
    await context.until('the first event is handled', () => seen.length > 0)
    await context.waitUntilHandled(runtime, [name], await context.appendRounds(3))
    for (let i = 0; i < 4; i++) await context.waitUntilHandled(runtime, [name], await context.append(i, added(i)))
    expectAll(context, seen)
  }),

  law('delivery has none either when a handler falls behind the new events and catches up', async (context) => {
    let gate = makeGate()
    gate.open()
    const { seen, handler, name } = recordingHandler(context, () => async () => {
      await gate.opened
      return E.right(undefined)
    })
    const runtime = await context.startRuntime([handler], { limits: small })
    for (let i = 0; i < 2; i++) {
      await context.waitUntilHandled(runtime, [name], await context.append(i, added(i)))
      gate = makeGate()
      await context.appendRounds(2)
      gate.open()
      await context.waitUntilHandled(runtime, [name], await context.append(i, added(i)))
    }
    expectAll(context, seen)
  }),

  law('a slow handler loses nothing while its checkpoints are written', async (context) => {
    const { seen, handler, name } = recordingHandler(context, () => async () => {
      await yieldToOthers()
      return E.right(undefined)
    })
    const first = await context.startRuntime([handler], { limits: small })
    await context.appendRounds(2)
    await context.until('a checkpoint is written', async () => (await checkpointOf(context, name)) > 0)
    await context.appendRounds(2)
    await first.stop()
    const second = await context.startRuntime([handler], { limits: small })
    await context.waitUntilHandled(second, [name], await context.appendRounds(1))
    // Events handled beyond the last checkpoint may be redelivered.
    expectAll(context, withoutRepeats(seen))
  }),

  law('a slow handler does not block another one, and misses nothing', async (context) => {
    const gate = makeGate()
    const [quick, slow] = [
      recordingHandler(context),
      recordingHandler(context, () => async () => {
        await gate.opened
        return E.right(undefined)
      }),
    ]
    const runtime = await context.startRuntime([slow.handler, quick.handler], { limits: small })
    await context.waitUntilHandled(runtime, [quick.name], await context.appendRounds(3))
    expectEqual(slow.seen, [], 'what the slow one has handled')
    gate.open()
    await context.waitUntilHandled(runtime, [slow.name, quick.name], await context.append(0, added()))
    expectAll(context, quick.seen)
    expectAll(context, slow.seen)
  }),

  law('delivery begins at the origin, after a position or now, as the handler was created', async (context) => {
    const middle = await context.appendRounds(1)
    await context.appendRounds(1)
    const [origin, behind, now] = [recordingHandler(context), recordingHandler(context), recordingHandler(context)]
    const all = (later: { readonly start?: 'now' }) => [
      { ...origin.handler, ...later },
      { ...behind.handler, start: { after: middle }, ...later },
      { ...now.handler, start: 'now' as const },
    ]
    const names = [origin.name, behind.name, now.name]
    const first = await context.startRuntime(all({}), { limits: undisturbed })
    await context.waitUntilHandled(first, names, await context.append(0, added()))
    await first.stop()
    const last = await context.append(0, added())
    // A known handler begins at its checkpoint, whatever its start is.
    const second = await context.startRuntime(all({ start: 'now' }), { limits: undisturbed })
    await context.waitUntilHandled(second, names, last)
    const written = context.appended()
    expectAll(context, origin.seen)
    expectEqual(
      versionsOf(behind.seen),
      versionsOf(written.filter(({ position }) => position > middle)),
      'what was handled from a position on',
    )
    expectEqual(versionsOf(now.seen), versionsOf(written.slice(-2)), 'what was handled from now on')
  }),

  law('a handler gets the events that its filter lets through', async (context) => {
    const { seen, handler, name } = recordingHandler(context)
    const filtered = { ...handler, filter: { types: ['Broken'] } }
    const runtime = await context.startRuntime([filtered], { limits: undisturbed })
    await context.appendRounds(1)
    await context.append(0, broken)
    await context.waitUntilHandled(runtime, [name], await context.append(1, broken, added()))
    expectEqual(
      seen.map(({ event, version }) => [event.type, version]),
      [
        ['Broken', 4],
        ['Broken', 4],
      ],
      'what was handled',
    )
  }),

  law('a subscription is in the order of the log, each event once, while the log grows', async (context) => {
    const { subscriptions, store, category } = context
    await context.appendRounds(2)
    const end = new AbortController()
    const events = subscriptions.subscribe({
      store,
      filter: { categories: [category] },
      start: 'origin',
      pageSize: small.pageSize,
      pollInterval: 100,
      signal: end.signal,
    })
    const seen: Array<EventLocation> = []
    const reading = (async () => {
      for await (const event of events) {
        if (E.isLeft(event)) fail(`the subscription ended with ${event.left._tag}`)
        else seen.push(event.right)
      }
    })()
    const until = (async () => {
      await context.appendRounds(3)
      await context.until('all is read', () => seen.length >= context.appended().length)
    })().finally(() => end.abort())
    const [, late] = await Promise.allSettled([reading, until])
    expectEqual(
      seen.map(({ stream, version, position }) => ({ stream, version, position })),
      context.appended(),
      'what was read',
    )
    if (late.status === 'rejected') throw late.reason
    await reading
  }),

  law('one append that fills many pages is delivered as a whole', async (context) => {
    const { seen, handler, name } = recordingHandler(context)
    const runtime = await context.startRuntime([handler], { limits: small })
    const many = Array.from({ length: 40 }, (_, n) => added(n))
    await context.waitUntilHandled(runtime, [name], await context.append(0, ...many))
    await context.waitUntilHandled(runtime, [name], await context.append(1, ...many))
    expectAll(context, seen)
  }),

  law('events are handled one after another within a stream, and concurrently across streams', async (context) => {
    const busy: Array<string> = []
    const met = makeGate()
    let [together, most] = [0, 0]
    const { seen, handler, name } = recordingHandler(context, ({ stream }) => async () => {
      if (busy.includes(stream)) together++
      busy.push(stream)
      most = Math.max(most, busy.length)
      if (busy.length > 1) met.open()
      await met.opened
      await yieldToOthers()
      busy.splice(busy.indexOf(stream), 1)
      return E.right(undefined)
    })
    const last = await context.appendRounds(2)
    const runtime = await context.startRuntime([{ ...handler, concurrency: 4 }], { limits: undisturbed })
    await context.waitUntilHandled(runtime, [name], last)
    expectEqual(together, 0, 'how often two events of a stream were handled at once')
    expectTrue(most <= 4, `${most} streams were handled at once`)
    expectAll(context, seen)
  }),
])
