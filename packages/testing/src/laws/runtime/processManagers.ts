import { taskEither as TE } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import { groupOf } from '../Law.ts'
import { lateTimers } from './lateTimers.ts'
import { processCommands } from './processCommands.ts'
import { type Input, noting, orderManager, type Reactions, send, settled, unavailable } from './processFixtures.ts'
import { processInputs } from './processInputs.ts'
import { processRejections } from './processRejections.ts'
import { added, broken } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

const laws = groupOf('process managers', [
  law('a process manager sends a command until it is answered, with one id', async (context) => {
    const { sent, dispatch } = noting((_, times) => (times < 3 ? unavailable : TE.right(undefined)))
    const manager = orderManager(context, (events, input) =>
      input._tag === 'EventHappened' ? send('Count', events) : [],
    )
    const runtime = await context.startRuntime([manager], { dispatch })
    await context.waitUntilHandled(runtime, [manager.name], await context.append('a', added()))
    await settled(context, manager.name)
    expectEqual(
      [sent.length, new Set(sent.map(({ id }) => id)).size],
      [3, 1],
      'how often it was sent, and under how many ids',
    )
    await context.waitUntilHandled(runtime, [manager.name], await context.append('a', added(), added()))
    await settled(context, manager.name)
    expectEqual(
      sent.slice(2).map(({ data }) => data),
      [1, 2, 3],
      'the commands',
    )
    expectEqual(new Set(sent.map(({ id }) => id)).size, 3, 'how many ids there are')
  }),

  law(
    'a process manager resends the commands that a dead process may have sent, with the same ids and in order',
    async (context) => {
      const process = context.process()
      const manager = orderManager(context, (events, input) =>
        input._tag === 'EventHappened' ? send('Count', events) : [],
      )
      const before = noting(() => {
        // The command was sent, and no process will learn the result.
        process.kill('away')
        return TE.right(undefined)
      })
      const first = await context.startRuntime([manager], { store: process.store, dispatch: before.dispatch })
      await context.append('a', added(), added())
      await context.until('a command is sent', () => before.sent.length > 0)
      await first.stop()
      const after = noting(() => TE.right(undefined))
      const second = await context.startRuntime([manager], { store: context.other, dispatch: after.dispatch })
      await context.waitUntilHandled(second, [manager.name], await context.append('a', added()))
      await settled(context, manager.name)
      expectEqual(
        after.sent.map(({ data }) => data),
        [1, 2, 3],
        'the commands',
      )
      expectEqual(after.sent[0]?.id, before.sent[0]?.id, 'the id of the command that was sent before')
      expectEqual(new Set(after.sent.map(({ id }) => id)).size, 3, 'how many ids there are')
    },
  ),

  law('a process manager gets a rejected command back', async (context) => {
    const { sent, dispatch } = noting(({ type }) =>
      type === 'Withdraw' ? TE.left({ _tag: 'Overdrawn' }) : TE.right(undefined),
    )
    const manager = orderManager(context, (events, input) => {
      if (input._tag === 'EventHappened') return send('Withdraw', events)
      return input._tag === 'CommandRejected' ? send(`Undo${input.command.type}`, events) : []
    })
    const runtime = await context.startRuntime([manager], { dispatch })
    await context.waitUntilHandled(runtime, [manager.name], await context.append('a', added()))
    await context.until('it has undone it', () => sent.length > 1)
    await settled(context, manager.name)
    expectEqual(
      sent.map(({ type, data }) => [type, data]),
      [
        ['Withdraw', 1],
        ['UndoWithdraw', 1],
      ],
      'the commands',
    )
  }),

  law('a timer fires once, even when the process that set it is gone', async (context) => {
    const { sent, dispatch } = noting(() => TE.right(undefined))
    const manager = orderManager(context, (events, input) => {
      if (input._tag === 'TimerFired') return send(input.timer, events)
      if (input._tag !== 'EventHappened') return []
      if (input.event.event.type === 'Broken') return [{ _tag: 'Cancel', timer: 'Cancelled' }]
      return ['Fired', 'Cancelled'].map((timer) => ({ _tag: 'Schedule', timer, at: new Date(8_640_000_000_000) }))
    })
    const first = await context.startRuntime([manager], { dispatch })
    await context.waitUntilHandled(first, [manager.name], await context.append('a', added()))
    await context.waitUntilHandled(first, [manager.name], await context.append('a', broken))
    await first.stop()
    // The same timer, moved into the past.
    const moved = {
      ...manager,
      react: (events: number, input: Input): Reactions =>
        input._tag === 'EventHappened'
          ? [{ _tag: 'Schedule', timer: 'Fired', at: new Date(0) }]
          : manager.react(events, input),
    }
    const process = context.process()
    const second = await context.startRuntime([moved], { store: process.store, dispatch })
    await context.waitUntilHandled(second, [manager.name], await context.append('a', added()))
    await settled(context, manager.name)
    expectEqual(
      sent.map(({ type, data }) => [type, data]),
      [['Fired', 3]],
      'what fired',
    )
  }),
])

export const processManagers = [...laws, ...processCommands, ...processInputs, ...processRejections, ...lateTimers]
