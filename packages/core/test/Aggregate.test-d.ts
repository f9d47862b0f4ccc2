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

// All types are inferred from the parts. Without effects no environment is required.

const door = Aggregate.make({ ...parts, commands: ['Open', 'Close'] })
/** A list of command types shows that there is no codec. */
type Listed<Err, Env> = Aggregate<DoorCommand, DoorEvent, boolean, Err, Env> & { readonly commandCodec?: undefined }
expectTypeOf(door).branded.toEqualTypeOf<Listed<'stuck', unknown>>()
expectTypeOf(door).toExtend<Aggregate<DoorCommand, DoorEvent, boolean, 'stuck', unknown>>()
expectTypeOf(door.commands).toEqualTypeOf<ReadonlyArray<'Open' | 'Close'>>()

// @ts-expect-error `Close` is missing
Aggregate.make({ ...parts, commands: ['Open'] })

// @ts-expect-error the list of commands is empty
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

// The codec of a snapshot is for the state.

Aggregate.make({ ...parts, commands: ['Open', 'Close'], snapshot: { schemaVersion: 1, every: 100, codec: t.boolean } })

// @ts-expect-error the codec of another state
Aggregate.make({ ...parts, commands: ['Open', 'Close'], snapshot: { schemaVersion: 1, every: 100, codec: t.number } })

// Effects: their environments are intersected, and their errors join those of `decide`.

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
expectTypeOf(locked).branded.toEqualTypeOf<Listed<'stuck' | 'no key' | 'in use', Keys & Bell>>()

Aggregate.make({
  ...parts,
  commands: ['Open', 'Close'],
  // @ts-expect-error an effect that returns events of another domain
  effects: { Open: () => RTE.right([{ type: 'Rung', data: {} }]) },
})

Aggregate.make({
  ...parts,
  commands: ['Open', 'Close'],
  // @ts-expect-error an effect for another command's data
  effects: { Open: ({ data }: Command<'Open', { readonly bell: number }>) => RTE.right(data.bell > 1 ? [] : []) },
})

// An aggregate is read-only.

// @ts-expect-error
door.category = 'gate'
// @ts-expect-error
door.commands.push('Open')

// A text becomes a stream name only by a check.

// @ts-expect-error a plain text is not a stream name
const name: StreamName = 'door-1'
void name

expectTypeOf<Event>().toEqualTypeOf<{ readonly type: string; readonly data: unknown }>()
expectTypeOf(E.isLeft(decider.decide({ type: 'Open', data: { door: '1' } }, true))).toEqualTypeOf<boolean>()
