import {
  Aggregate,
  Boundary,
  CommandCodec,
  type CommandOf,
  EventCodec,
  JointDecision,
  StreamName,
  View,
} from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import {
  type AnyHandler,
  type CommandSentBy,
  makeHandlerRuntime,
  ProcessManager,
  Projection,
  Reaction,
} from '@foldlog/subscriptions'
import { expectTypeOf } from 'expect-type'
import { either as E, type taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

// A runtime is typed by the commands that its process managers send: `dispatch` must take all of them.

const store = makeMemoryStore()

const RoomCommand = CommandCodec.make({ Reserve: t.strict({ room: t.string }), Free: t.strict({ room: t.string }) })
const GuestCommand = CommandCodec.make({ Charge: t.strict({ guest: t.string, cents: t.number }) })
const RoomEvent = EventCodec.make({ Reserved: t.strict({}) })
const GuestEvent = EventCodec.make({ Charged: t.strict({}) })

const room = Aggregate.make({
  category: 'room',
  commands: RoomCommand,
  id: ({ data }) => data.room,
  events: RoomEvent,
  decider: {
    initialState: false,
    evolve: () => true,
    decide: (_, reserved) =>
      reserved ? E.left({ _tag: 'RoomTaken' } as const) : E.right([{ type: 'Reserved', data: {} }]),
  },
})
const guest = Aggregate.make({
  category: 'guest',
  commands: GuestCommand,
  id: ({ data }) => data.guest,
  events: GuestEvent,
  decider: { initialState: 0, evolve: (n) => n + 1, decide: (_) => E.right([{ type: 'Charged', data: {} }]) },
})

const stay = ProcessManager.make({
  name: 'stay',
  start: 'origin',
  from: [guest],
  to: [room, guest],
  key: ({ stream }) => stream,
  state: t.number,
  initialState: 0,
  evolve: (n) => n,
  react: (_) => [Reaction.send({ type: 'Reserve', data: { room: '7' } })],
})
const view = Projection.make({ name: 'view', from: [guest], view: t.number, key: () => 'a', project: () => 1 })

type Commands = CommandOf<typeof RoomCommand> | CommandOf<typeof GuestCommand>
expectTypeOf<CommandSentBy<typeof stay>>().toEqualTypeOf<Commands>()
expectTypeOf<CommandSentBy<typeof view>>().toEqualTypeOf<never>()

// The dispatch of a dispatcher needs no cast.

const dispatcher = makeDispatcher({ store, aggregates: [room, guest] })
makeHandlerRuntime({ store, handlers: [view, stay], dispatch: dispatcher.dispatch })
makeHandlerRuntime({ store, handlers: [view], dispatch: dispatcher.dispatch })
makeHandlerRuntime({
  store,
  handlers: [view, stay],
  dispatch: (command, context) => {
    expectTypeOf(command).toEqualTypeOf<Commands>()
    expectTypeOf(context.commandId).toEqualTypeOf<string>()
    return dispatcher.dispatch(command, { ...context, user: { name: 'stay' } })
  },
})

// @ts-expect-error this dispatcher lacks the commands of a room
makeHandlerRuntime({ store, handlers: [stay], dispatch: makeDispatcher({ store, aggregates: [guest] }).dispatch })

// @ts-expect-error a process manager sends commands
makeHandlerRuntime({ store, handlers: [view, stay] })

declare const untagged: (command: Commands) => TE.TaskEither<'taken', void>
// @ts-expect-error an error without a tag is no answer
makeHandlerRuntime({ store, handlers: [stay], dispatch: untagged })

// Without a process manager, and for a list of any handlers, it may be absent.

makeHandlerRuntime({ store, handlers: [view] })
makeHandlerRuntime({ store, handlers: [] })
declare const handlers: ReadonlyArray<AnyHandler>
makeHandlerRuntime({ store, handlers })

// Some of several handlers, chosen at run time.

const some: ReadonlyArray<typeof stay | typeof view> = [view]
makeHandlerRuntime({ store, handlers: some, dispatch: dispatcher.dispatch })
// @ts-expect-error the process manager may be among them
makeHandlerRuntime({ store, handlers: some })

// A process manager sends commands of joint decisions and boundaries, too.

const StayCommand = CommandCodec.make({ CheckIn: t.strict({ room: t.string, guest: t.string }) })
const NameCommand = CommandCodec.make({ ClaimName: t.strict({ name: t.string }) })
const checkIn = JointDecision.make({
  commands: StayCommand,
  aggregates: { room, guest },
  ids: ({ data }) => data,
  decide: (_) => E.right({}),
})
const names = Boundary.make({
  commands: NameCommand,
  events: GuestEvent,
  reads: (_) => View.of(0),
  decide: (_) => E.right([]),
  stream: () => StreamName.make('guest', 'a'),
})
const receptionist = ProcessManager.make({
  name: 'receptionist',
  start: 'origin',
  from: [guest],
  to: [checkIn, names],
  key: ({ stream }) => stream,
  state: t.number,
  initialState: 0,
  evolve: (n, input) => {
    if (input._tag === 'CommandRejected')
      expectTypeOf(input.command).toEqualTypeOf<CommandOf<typeof StayCommand> | CommandOf<typeof NameCommand>>()
    return n
  },
  react: (_) => [
    Reaction.send({ type: 'CheckIn', data: { room: '7', guest: 'a' } }),
    Reaction.send({ type: 'ClaimName', data: { name: 'a' } }),
  ],
})
const deciding = makeDispatcher({ store, aggregates: [room, guest], decisions: [checkIn, names] })
makeHandlerRuntime({ store, handlers: [receptionist], dispatch: deciding.dispatch })
// @ts-expect-error this dispatcher lacks the decisions
makeHandlerRuntime({ store, handlers: [receptionist], dispatch: dispatcher.dispatch })
