import { Aggregate, CommandCodec, type CommandOf, type Event, EventCodec, type WaitForHandlers } from '@foldlog/core'
import { type DispatchContext, type Dispatched, makeDispatcher } from '@foldlog/dispatcher'
import { Responder, Route, Routes } from '@foldlog/http'
import { makeMemoryStore } from '@foldlog/memory-store'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

const DoorCommand = CommandCodec.make({
  Open: t.strict({ door: t.string }),
  Close: t.strict({ door: t.string, by: t.string }),
})
type DoorCommand = CommandOf<typeof DoorCommand>
const events = EventCodec.make({ Moved: t.strict({}) })
const door = Aggregate.make({
  category: 'door',
  commands: DoorCommand,
  id: ({ data }) => data.door,
  events,
  decider: {
    initialState: 0,
    evolve: (n) => n + 1,
    decide: (_, n) => (n < 9 ? E.right([{ type: 'Moved', data: {} }]) : E.left({ _tag: 'Worn' } as const)),
  },
})
const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [door] })
declare const waitFor: WaitForHandlers
const respond = Responder.make<{ readonly _tag: 'Worn' }>({ Worn: { status: 409, title: 'Worn' } })
const shared = { waitFor, settledPosition: TE.right(0), respond } as const
const open = Route.send({ name: 'open', path: '/doors/:door/open', commands: DoorCommand, type: 'Open' })

// The function of a dispatcher, in an object literal.

Routes.make({ ...shared, dispatch }, [open])

// A function that is written in place. TypeScript infers its commands only when both parameters have a type.

Routes.make(
  {
    ...shared,
    dispatch: (command: DoorCommand, context: DispatchContext) =>
      dispatch(command, { ...context, user: { name: 'door' } }),
  },
  [open],
)
Routes.make({ ...shared, dispatch: (command: DoorCommand, context) => dispatch(command, context) }, [
  // @ts-expect-error nothing is known of the commands
  open,
])

Routes.make({ ...shared, dispatch: (command: Extract<DoorCommand, { readonly type: 'Close' }>) => dispatch(command) }, [
  // @ts-expect-error the function does not take this command
  open,
])

declare const other: (command: DoorCommand) => TE.TaskEither<{ readonly _tag: 'Other' }, Dispatched<Event>>
// @ts-expect-error the responder does not describe this error
Routes.make({ ...shared, dispatch: other }, [open])
