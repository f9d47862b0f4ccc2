import {
  Aggregate,
  type Command,
  type Decider,
  type Event,
  EventCodec,
  type EventOf,
  type StreamName,
} from '@foldlog/core'
import { expectTypeOf } from 'expect-type'
import { either as E, readerTaskEither as RTE } from 'fp-ts'
import * as t from 'io-ts'

const DoorEvent = EventCodec.make({ Moved: t.strict({ open: t.boolean }) })
type DoorEvent = EventOf<typeof DoorEvent>
type Open = Command<'Open', { readonly door: string }>
type DoorCommand = Open | Command<'Close', { readonly door: string }>

declare const decider: Decider<DoorCommand, DoorEvent, boolean, 'stuck'>
const parts = { category: 'door', id: ({ data }: DoorCommand) => data.door, decider, events: DoorEvent }

// Everything is found from its parts. Without effects nothing is asked of the world.

const door = Aggregate.make({ ...parts, commands: ['Open', 'Close'] })
expectTypeOf(door).toEqualTypeOf<Aggregate<DoorCommand, DoorEvent, boolean, 'stuck', unknown>>()
expectTypeOf(door.commands).toEqualTypeOf<ReadonlyArray<'Open' | 'Close'>>()

// @ts-expect-error `Close` is forgotten
Aggregate.make({ ...parts, commands: ['Open'] })

// @ts-expect-error no command is named
Aggregate.make({ ...parts, commands: [] })

// @ts-expect-error a command that the decider does not have
Aggregate.make({ ...parts, commands: ['Open', 'Close', 'Knock'] })

Aggregate.make({
  ...parts,
  commands: ['Open', 'Close'],
  // @ts-expect-error the codec of other events
  events: EventCodec.make({ Rung: t.strict({}) }),
})

// @ts-expect-error an id is a text
Aggregate.make({ ...parts, id: (_command: DoorCommand) => 7, commands: ['Open', 'Close'] })

// A snapshot is of the state.

Aggregate.make({ ...parts, commands: ['Open', 'Close'], snapshot: { schemaVersion: 1, every: 100, codec: t.boolean } })

// @ts-expect-error the codec of another state
Aggregate.make({ ...parts, commands: ['Open', 'Close'], snapshot: { schemaVersion: 1, every: 100, codec: t.number } })

// Effects: what they ask for comes together, what they refuse with joins the errors.

interface Keys {
  readonly fits: (door: string) => boolean
}
interface Bell {
  readonly ring: () => void
}

const locked = Aggregate.make({
  ...parts,
  commands: ['Open', 'Close'],
  effects: {
    Open: ({ data }: Open, open: boolean) =>
      RTE.asksReaderTaskEither(({ fits }: Keys) =>
        RTE.fromEither(
          open || !fits(data.door)
            ? E.left('no key' as const)
            : E.right<never, ReadonlyArray<DoorEvent>>([{ type: 'Moved', data: { open: true } }]),
        ),
      ),
    Close: () => RTE.asksReaderTaskEither((_: Bell) => RTE.left<Bell, 'in use', ReadonlyArray<DoorEvent>>('in use')),
  },
})
expectTypeOf(locked).toEqualTypeOf<
  Aggregate<DoorCommand, DoorEvent, boolean, 'stuck' | 'no key' | 'in use', Keys & Bell>
>()

Aggregate.make({
  ...parts,
  commands: ['Open', 'Close'],
  // @ts-expect-error an effect that gives events of another domain
  effects: { Open: () => RTE.right([{ type: 'Rung', data: {} }]) },
})

Aggregate.make({
  ...parts,
  commands: ['Open', 'Close'],
  // @ts-expect-error an effect for another command's data
  effects: { Open: ({ data }: Command<'Open', { readonly bell: number }>) => RTE.right(data.bell > 1 ? [] : []) },
})

// Nothing of it is changed.

// @ts-expect-error
door.category = 'gate'
// @ts-expect-error
door.commands.push('Open')

// A name is checked before it is one.

// @ts-expect-error a text is no stream name
const name: StreamName = 'door-1'
void name

expectTypeOf<Event>().toEqualTypeOf<{ readonly type: string; readonly data: unknown }>()
expectTypeOf(E.isLeft(decider.decide({ type: 'Open', data: { door: '1' } }, true))).toEqualTypeOf<boolean>()
