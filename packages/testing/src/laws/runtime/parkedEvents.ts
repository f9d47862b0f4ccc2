import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { nothingParked, parkedOf, placesOf, rejectingHandler, settledPositionOf } from './failureFixtures.ts'
import { expectAll } from './fixtures.ts'
import { added, broken } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

export const parkedEvents = groupOf('failures', [
  law('a failed event is parked with the later ones of its stream, in order; other streams go on', async (context) => {
    const { seen, handler, name, mend } = rejectingHandler(context, 'park')
    const runtime = await context.startRuntime([handler])
    await context.append('a', added(), broken, added())
    await context.append('b', added())
    await context.waitUntilHandled(runtime, [name], await context.append('a', added()))
    expectEqual(placesOf(context, seen).toSorted(), ['a@1', 'b@1'], 'what was handled')
    expectEqual(
      (await parkedOf(context, name)).map(({ version, behind }) => [version, behind]),
      [
        [2, false],
        [3, true],
        [4, true],
      ],
      'what is parked, and whether only behind another',
    )
    mend()
    expectEqual(
      await right(context.subscriptions.ParkedEvent.retry(context.store, await settledPositionOf(context, name))),
      true,
      'the retry',
    )
    await nothingParked(context, name)
    // The stream is no longer blocked.
    await context.waitUntilHandled(runtime, [name], await context.append('a', added()))
    expectAll(context, seen)
  }),

  law('a parked event outlives the process, and another process retries it', async (context) => {
    const { seen, handler, name, mend } = rejectingHandler(context, 'park')
    const first = await context.startRuntime([handler])
    await context.waitUntilHandled(first, [name], await context.append('a', broken, added()))
    await first.stop()
    await context.append('a', added())
    expectEqual(
      await right(context.subscriptions.ParkedEvent.retry(context.store, await settledPositionOf(context, name))),
      true,
      'the retry',
    )
    mend()
    const second = await context.startRuntime([handler], { store: context.other })
    await nothingParked(context, name)
    await context.waitUntilHandled(second, [name], await context.append('a', added()))
    expectAll(context, seen)
  }),

  law('a parked event that fails again stays parked, with all behind it', async (context) => {
    const { seen, handler, name } = rejectingHandler(context, 'park')
    const runtime = await context.startRuntime([handler])
    await context.waitUntilHandled(runtime, [name], await context.append('a', broken, added(), added()))
    await right(context.subscriptions.ParkedEvent.retry(context.store, await settledPositionOf(context, name)))
    await context.until('the requested action is gone', async () => {
      const { documents } = await right(context.store.listDocuments({ name, kind: 'parked' }))
      return documents.every(({ requestedAction: action }) => action === null)
    })
    await context.waitUntilHandled(runtime, [name], await context.append('a', added()))
    expectEqual(placesOf(context, seen), [], 'what was handled')
    expectEqual(
      (await parkedOf(context, name)).map(({ version }) => version),
      [1, 2, 3, 4],
      'what is parked',
    )
  }),

  law('a discarded event lets the events behind it go on', async (context) => {
    const { seen, handler, name } = rejectingHandler(context, 'park')
    const runtime = await context.startRuntime([handler])
    await context.waitUntilHandled(runtime, [name], await context.append('a', added(), broken, added(), added()))
    await right(context.subscriptions.ParkedEvent.discard(context.store, await settledPositionOf(context, name)))
    await nothingParked(context, name)
    await context.waitUntilHandled(runtime, [name], await context.append('a', added()))
    expectEqual(placesOf(context, seen), ['a@1', 'a@3', 'a@4', 'a@5'], 'what was handled')
  }),

  law('discards that are requested for a whole lane are all done, and nothing of it is handled', async (context) => {
    const { seen, handler, name } = rejectingHandler(context, 'park')
    const first = await context.startRuntime([handler])
    await context.waitUntilHandled(first, [name], await context.append('a', broken, added(), added(), added()))
    await first.stop()
    for (const one of await parkedOf(context, name))
      expectEqual(await right(context.subscriptions.ParkedEvent.discard(context.store, one)), true, 'the discard')
    const second = await context.startRuntime([handler])
    await nothingParked(context, name)
    await context.waitUntilHandled(second, [name], await context.append('a', added()))
    expectEqual(placesOf(context, seen), ['a@5'], 'what was handled')
  }),

  law('pages of parked events have each of them once, in the order of the list', async (context) => {
    const { handler, name } = rejectingHandler(context, 'park')
    const runtime = await context.startRuntime([handler])
    for (const stream of ['a', 'b', 'c']) await context.append(stream, broken, added())
    await context.waitUntilHandled(runtime, [name], await context.append('d', broken))
    const keys: Array<string> = []
    for (let after: string | undefined; keys.length < 100; ) {
      const page = await right(context.subscriptions.ParkedEvent.page(context.store, name, { limit: 3, after }))
      expectEqual(page.events.length <= 3, true, 'whether a page has at most three')
      for (const { document } of page.events) keys.push(document.key)
      after = page.next
      if (after === undefined) break
    }
    const listed = await parkedOf(context, name)
    expectEqual(
      keys,
      listed.map(({ document }) => document.key),
      'the events of all pages',
    )
    expectEqual(listed.length, 7, 'the number of parked events')
  }),
])
