import { either as E } from 'fp-ts'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { checkpointOf, makeGate, recordingHandler } from './fixtures.ts'
import { added, handlerName } from './RuntimeLawContext.ts'
import { rewindLaw } from './runtimeLaw.ts'

/** Expects that the next value is the last, and reports the rewind. */
const expectEnd = async (
  next: () => Promise<IteratorResult<E.Either<{ readonly _tag: string }, unknown>, void>>,
  shared: number,
): Promise<void> => {
  const { value } = await next()
  if (value === undefined || E.isRight(value)) return fail('an event came of the log as it is now')
  const { _tag, common } = { common: null, ...value.left }
  expectEqual([_tag, common], ['LogRewound', shared], 'how it ends')
  expectEqual((await next()).done, true, 'that it is over')
}

export const rewoundReaders = groupOf('rewinds', [
  rewindLaw('a rewind ends waiting for a lost position, and not for one that both logs share', async (context) => {
    // The handler is known, and at work: another wait would end for that reason. It has not handled the lost event.
    const gate = makeGate()
    let isHeld = false
    const { handler, name } = recordingHandler(context, () => async () => {
      if (isHeld) await gate.opened
      return E.right(undefined)
    })
    const runtime = await context.startRuntime([handler])
    const only = await context.startRuntime([], { store: context.other })
    const shared = await context.append(0, added())
    await context.waitUntilHandled(runtime, [name], shared)
    isHeld = true
    const before = await right(context.store.history, 'the history')
    const restore = await context.backup()
    const gone = await context.append(0, added())
    const history = await right(context.store.history, 'the history')
    const waiting = only.waitFor([name], { position: gone, history }, context.patience)()
    await restore()
    for (let n = 0; n < 3; n++) await context.append(n, added(n))
    const outcome = await waiting
    gate.open()
    if (E.isRight(outcome)) return fail('no handler has handled it')
    const { _tag, position, common } = { position: 0, common: null, ...outcome.left }
    expectEqual([_tag, position, common], ['LogRewound', gone, shared], 'how waiting for the place ends')
    const other = only.waitFor([name], { position: shared, history: before }, context.patience)
    await right(other, 'waiting for a place that both logs share')
  }),

  rewindLaw('a rewind ends a subscription that has read lost events', async (context) => {
    const { store, category, subscriptions } = context
    const first = await context.append(0, added(), added())
    const restore = await context.backup()
    await context.append(1, added())
    const abort = new AbortController()
    const filter = { categories: [category] }
    const events = subscriptions.subscribe({ store, filter, start: 'origin', pollInterval: 20, signal: abort.signal })
    try {
      for (let n = 0; n < 3; n++) {
        const { value } = await events.next()
        expectTrue(value !== undefined && E.isRight(value), `event ${n} of the subscription`)
      }
      await restore()
      for (let n = 0; n < 4; n++) await context.append(n, added(n))
      await expectEnd(() => events.next(), first)
    } finally {
      abort.abort()
    }
  }),

  rewindLaw('a rewind ends a pull subscription that has delivered lost events', async (context) => {
    const { store, category, leaseTime, subscriptions } = context
    const name = handlerName()
    const first = await context.append(0, added(), added())
    const events = subscriptions.pull({ store, name, filter: { categories: [category] }, pollInterval: 20, leaseTime })
    const take = async () => {
      const { value } = await events.next()
      if (value === undefined || E.isLeft(value)) return fail('the subscription has ended')
      value.right.ack()
      return value.right.event.position
    }
    try {
      for (let n = 0; n < 2; n++) await take()
      await context.until('its checkpoint is written', async () => (await checkpointOf(context, name)) >= first)
      const restore = await context.backup()
      const last = await context.append(1, added())
      expectEqual(await take(), last, 'the event that is going to be gone')
      await context.until('its checkpoint is written', async () => (await checkpointOf(context, name)) >= last)
      await restore()
      for (let n = 0; n < 4; n++) await context.append(n, added(n))
      await expectEnd(() => events.next(), first)
    } finally {
      await events.return()
    }
  }),
])
