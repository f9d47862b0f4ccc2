import { EventCodec } from '@foldlog/core'
import { function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { nothingParked, parkedOf, settledPositionOf } from './failureFixtures.ts'
import { type Thing, withoutRetry } from './fixtures.ts'
import type { ProcessManagerUnderLaw } from './HandlerUnderLaw.ts'
import {
  happenedType,
  type Input,
  makeDefect,
  noting,
  orderManager,
  type Reactions,
  retryFirst,
  send,
  sentAll,
  settled,
} from './processFixtures.ts'
import { added, broken, handlerName, type RuntimeLawContext } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

/** Sets a timer that is due at once. Timers with a lower number fire first. */
const scheduleAt = (at: number): Reactions => [{ _tag: 'Schedule', timer: 'payment', at: new Date(at) }]

/** A source whose codec does not know broken events until it is mended, as in a deployment that is under way. */
const olderSource = ({ source }: RuntimeLawContext, isMended: () => boolean) => {
  const older = EventCodec.make({ Added: t.strict({ n: t.number }) })
  return {
    category: source.category,
    events: {
      decode: (recorded: Parameters<typeof source.events.decode>[0]) =>
        isMended() ? source.events.decode(recorded) : older.decode(recorded),
    },
  }
}

const timerIsSetAgain = law(
  'a timer that is set again to the same instant sends a command of its own',
  async (context) => {
    const { sent, dispatch } = noting(() => TE.right(undefined))
    const manager = orderManager(context, (events, input) => {
      if (input._tag === 'TimerFired') return [...send('Fired', events), { _tag: 'End' }]
      return input._tag === 'EventHappened' ? scheduleAt(0) : []
    })
    await context.startRuntime([manager], { dispatch })
    await context.append('a', added())
    await sentAll(context, manager.name, sent, 1)
    await context.append('a', added())
    await sentAll(context, manager.name, sent, 2)
    expectEqual(new Set(sent.map(({ id }) => id)).size, 2, 'under how many ids they were sent')
  },
)

const timerWaits = law('a timer waits behind the parked events of its process', async (context) => {
  const { failUntilMended, mend } = makeDefect()
  const { sent, dispatch } = noting(() => TE.right(undefined))
  const manager = {
    ...orderManager(context, (_, input) => {
      if (input._tag !== 'EventHappened') return send('Fired', 0)
      const { event, stream } = input.event
      if (event.type === 'Added') return scheduleAt(stream === context.streamOf('a') ? 0 : 1)
      failUntilMended()
      return [{ _tag: 'Cancel', timer: 'payment' }]
    }),
    onFailure: withoutRetry('park'),
  }
  // Both are in the log before the handler begins, so the timer is not due before the event is parked.
  await context.append('a', added(), broken)
  await context.append('b', added())
  await context.startRuntime([manager], { dispatch })
  await context.until('the timer of another process fires', () => sent.length > 0)
  mend()
  await retryFirst(context, manager.name)
  expectEqual(sent.length, 1, 'how many timers have fired')
})

const timerWaitsForUnknown = law(
  'a timer of a process over several streams waits behind an event that cannot be decoded',
  async (context) => {
    const { isMended, mend } = makeDefect()
    const { sent, dispatch } = noting(() => TE.right(undefined))
    const alone = context.streamOf('alone')
    const manager = {
      ...orderManager(context, (_, input) => {
        if (input._tag !== 'EventHappened') return send('Fired', 0)
        if (input.event.event.type === 'Broken') return [{ _tag: 'Cancel', timer: 'payment' }]
        return scheduleAt(input.event.stream === alone ? 1 : 0)
      }),
      from: [olderSource(context, isMended)],
      key: ({ stream }: Thing) => (stream === alone ? stream : 'all'),
    }
    await context.append('a', added())
    await context.append('b', broken)
    await context.append('alone', added())
    await context.startRuntime([manager], { dispatch })
    await context.until('the timer of another process fires', () => sent.length > 0)
    mend()
    await right(
      context.subscriptions.ParkedEvent.retry(context.store, await settledPositionOf(context, manager.name)),
      'a retry',
    )
    await nothingParked(context, manager.name)
    await settled(context, manager.name)
    expectEqual(sent.length, 1, 'how many timers have fired')
  },
)

const failedTimerIsParked = law('a timer that fails parks its process, and no other', async (context) => {
  const { failUntilMended, mend } = makeDefect()
  const { sent, dispatch } = noting(() => TE.right(undefined))
  const first = context.streamOf('a')
  const manager = orderManager(context, (events, input) => {
    if (input._tag === 'EventHappened') return events === 1 ? scheduleAt(0) : send('Later', events)
    if (events === 1) failUntilMended()
    return send('Fired', events)
  })
  const runtime = await context.startRuntime([manager], { dispatch })
  await context.append('a', added())
  await context.until('something is parked', async () => (await parkedOf(context, manager.name)).length > 0)
  await context.append('a', added())
  await context.waitUntilHandled(runtime, [manager.name], await context.append('b', added(), added()))
  await context.until('another process goes on', () => sent.length > 0)
  const parked = await parkedOf(context, manager.name)
  expectEqual(
    parked.map(({ stream, behind }) => [stream, behind]),
    [
      [first, false],
      [first, true],
    ],
    'what is parked, and whether only behind another',
  )
  const [{ why } = { why: '' }] = parked
  for (const part of ['payment', first, 'not yet']) expectTrue(why.includes(part), `the reason says ${part}: ${why}`)
  mend()
  await retryFirst(context, manager.name)
  expectEqual(
    sent.map(({ type, data }) => [type, data]).toSorted(),
    [
      ['Fired', 1],
      ['Fired', 2],
      ['Later', 2],
      ['Later', 2],
    ],
    'the commands',
  )
})

const statesHaveVersions = law(
  'the state of a process is read by the codec of its version, and brought up to date',
  async (context) => {
    const { sent, dispatch } = noting(() => TE.right(undefined))
    const first = EventCodec.version(1, t.strict({ n: t.number }))
    const second = F.pipe(
      first,
      EventCodec.upcast(2, t.strict({ n: t.number, unit: t.string }), ({ n }) => ({ n, unit: 'piece' })),
    )
    const managerWith = (state: ProcessManagerUnderLaw['state'], initialState: object) =>
      ({
        _tag: 'ProcessManager',
        name,
        from: [context.source],
        start: 'origin',
        state,
        initialState,
        key: ({ stream }: Thing) => stream,
        evolve: (before: { readonly n: number }, input: Input) =>
          happenedType(input) ? { ...before, n: before.n + 1 } : before,
        react: ({ n, unit = 'none' }: { readonly n: number; readonly unit?: string }): Reactions => send(unit, n),
      }) as const satisfies ProcessManagerUnderLaw
    const name = handlerName()
    const managers = [
      managerWith(first.codec, { n: 0 }),
      managerWith(second, { n: 0, unit: 'box' }),
      managerWith(second, { n: 0, unit: 'box' }),
    ]
    for (const manager of managers) {
      const runtime = await context.startRuntime([manager], { dispatch })
      await context.waitUntilHandled(runtime, [name], await context.append('a', added()))
      await settled(context, name)
      await runtime.stop()
    }
    expectEqual(
      sent.map(({ type, data }) => [type, data]),
      [
        ['none', 1],
        ['piece', 2],
        ['piece', 3],
      ],
      'the commands',
    )
  },
)

export const processInputs = groupOf('process managers', [
  timerIsSetAgain,
  timerWaits,
  timerWaitsForUnknown,
  failedTimerIsParked,
  statesHaveVersions,
])
