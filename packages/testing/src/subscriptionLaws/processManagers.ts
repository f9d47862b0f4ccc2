import type { Command } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { groupOf } from '../handlerLaws/HandlerLaw.ts'
import { same } from '../internal/expectation.ts'
import { handlersOf, type Thing } from './given.ts'
import { law } from './SubscriptionLaw.ts'
import type { ProcessManagerUnderLaw, RuntimeUnderLawOptions } from './Subscriptions.ts'
import { added, broken, handlerName, type World } from './World.ts'

type Input =
  | { readonly _tag: 'EventHappened'; readonly event: Thing }
  | { readonly _tag: 'TimerFired'; readonly timer: string; readonly dueAt: Date }
  | { readonly _tag: 'CommandRefused'; readonly command: Command; readonly error: unknown }

type Reactions = ReturnType<ProcessManagerUnderLaw['react']>

/** A process for each stream, whose state is the number of its events. */
const managing = ({ source }: World, react: (events: number, input: Input) => Reactions) =>
  ({
    _tag: 'ProcessManager',
    name: handlerName(),
    from: [source],
    state: t.number,
    initialState: 0,
    key: ({ stream }: Thing) => stream,
    evolve: (events: number, input: Input) => (input._tag === 'EventHappened' ? events + 1 : events),
    react,
  }) as const satisfies ProcessManagerUnderLaw

const send = (type: string, data: number): Reactions => [{ _tag: 'Send', command: { type, data } }]

/** A dispatcher that notes what it is sent, and answers as it is told. */
const noting = (answer: (command: Command, sent: number) => TE.TaskEither<{ readonly _tag: string }, unknown>) => {
  const sent: Array<{ readonly id: string; readonly type: string; readonly data: unknown }> = []
  const dispatch: RuntimeUnderLawOptions['dispatch'] = ({ type, data }, { commandId }) => {
    sent.push({ id: commandId, type, data })
    return answer({ type, data }, sent.length)
  }
  return { sent, dispatch }
}

const away = TE.left(storeUnavailable('the law says so', true, undefined))

const settled = (world: World, name: string): Promise<void> =>
  world.until('no command and no timer is left', async () => {
    const [status] = await handlersOf(world, name)
    return status?.commands === 0 && status.timers === 0
  })

export const processManagers = groupOf('process managers', [
  law('send a command until it is answered, with one id', async (world) => {
    const { sent, dispatch } = noting((_, times) => (times < 3 ? away : TE.right(undefined)))
    const manager = managing(world, (events, input) => (input._tag === 'EventHappened' ? send('Count', events) : []))
    const runtime = await world.run([manager], { dispatch })
    await world.handled(runtime, [manager.name], await world.append('a', added()))
    await settled(world, manager.name)
    same([sent.length, new Set(sent.map(({ id }) => id)).size], [3, 1], 'how often it was sent, and under how many ids')
    await world.handled(runtime, [manager.name], await world.append('a', added(), added()))
    await settled(world, manager.name)
    same(
      sent.slice(2).map(({ data }) => data),
      [1, 2, 3],
      'the commands',
    )
    same(new Set(sent.map(({ id }) => id)).size, 3, 'how many ids there are')
  }),

  law('send what a process that died may have sent once more, with the same ids and in order', async (world) => {
    const process = world.process()
    const manager = managing(world, (events, input) => (input._tag === 'EventHappened' ? send('Count', events) : []))
    const before = noting(() => {
      // It was sent, and nobody will know.
      process.kill('away')
      return TE.right(undefined)
    })
    const first = await world.run([manager], { store: process.store, dispatch: before.dispatch })
    await world.append('a', added(), added())
    await world.until('a command is sent', () => before.sent.length > 0)
    await first.stop()
    const after = noting(() => TE.right(undefined))
    const second = await world.run([manager], { store: world.other, dispatch: after.dispatch })
    await world.handled(second, [manager.name], await world.append('a', added()))
    await settled(world, manager.name)
    same(
      after.sent.map(({ data }) => data),
      [1, 2, 3],
      'the commands',
    )
    same(after.sent[0]?.id, before.sent[0]?.id, 'the id of the command that was sent before')
    same(new Set(after.sent.map(({ id }) => id)).size, 3, 'how many ids there are')
  }),

  law('get a command back that is refused', async (world) => {
    const { sent, dispatch } = noting(({ type }) =>
      type === 'Withdraw' ? TE.left({ _tag: 'Overdrawn' }) : TE.right(undefined),
    )
    const manager = managing(world, (events, input) => {
      if (input._tag === 'EventHappened') return send('Withdraw', events)
      return input._tag === 'CommandRefused' ? send(`Undo${input.command.type}`, events) : []
    })
    const runtime = await world.run([manager], { dispatch })
    await world.handled(runtime, [manager.name], await world.append('a', added()))
    await world.until('it has undone it', () => sent.length > 1)
    await settled(world, manager.name)
    same(
      sent.map(({ type, data }) => [type, data]),
      [
        ['Withdraw', 1],
        ['UndoWithdraw', 1],
      ],
      'the commands',
    )
  }),

  law('have timers that fire once, also when the process is gone that set them', async (world) => {
    const { sent, dispatch } = noting(() => TE.right(undefined))
    const manager = managing(world, (events, input) => {
      if (input._tag === 'TimerFired') return send(input.timer, events)
      if (input._tag !== 'EventHappened') return []
      if (input.event.event.type === 'Broken') return [{ _tag: 'Cancel', timer: 'Cancelled' }]
      return ['Fired', 'Cancelled'].map((timer) => ({ _tag: 'Schedule', timer, at: new Date(8_640_000_000_000) }))
    })
    const first = await world.run([manager], { dispatch })
    await world.handled(first, [manager.name], await world.append('a', added()))
    await world.handled(first, [manager.name], await world.append('a', broken))
    await first.stop()
    // The same timer, moved to what is past.
    const moved = {
      ...manager,
      react: (events: number, input: Input): Reactions =>
        input._tag === 'EventHappened'
          ? [{ _tag: 'Schedule', timer: 'Fired', at: new Date(0) }]
          : manager.react(events, input),
    }
    const process = world.process()
    const second = await world.run([moved], { store: process.store, dispatch })
    await world.handled(second, [manager.name], await world.append('a', added()))
    await settled(world, manager.name)
    same(
      sent.map(({ type, data }) => [type, data]),
      [['Fired', 3]],
      'what fired',
    )
  }),
])
