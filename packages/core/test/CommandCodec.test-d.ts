import {
  Aggregate,
  type AnyCommandCodec,
  type Command,
  CommandCodec,
  type CommandDecodeFailure,
  type CommandOf,
  Decider,
  type EncodedCommand,
  type EncodeFailure,
  EventCodec,
  type EventOf,
} from '@foldlog/core'
import { expectTypeOf } from 'expect-type'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { DateFromString } from './codecs.ts'

// The union is inferred from the record: its keys are the tags, the outputs of its codecs the data.

const DoorCommand = CommandCodec.make({
  Open: t.strict({ door: t.string, until: DateFromString }),
  Close: t.strict({ door: t.string }),
})
type DoorCommand = CommandOf<typeof DoorCommand>

expectTypeOf<DoorCommand>().toEqualTypeOf<
  | { readonly type: 'Open'; readonly data: { door: string; until: Date } }
  | { readonly type: 'Close'; readonly data: { door: string } }
>()
expectTypeOf<DoorCommand>().toExtend<Command>()
expectTypeOf(DoorCommand).toExtend<AnyCommandCodec>()
expectTypeOf(DoorCommand.types).toEqualTypeOf<ReadonlyArray<'Open' | 'Close'>>()
expectTypeOf<t.TypeOf<typeof DoorCommand.codecs.Open>>().toEqualTypeOf<{ door: string; until: Date }>()
expectTypeOf<t.TypeOf<typeof DoorCommand.codec>>().toEqualTypeOf<DoorCommand>()
expectTypeOf(DoorCommand.encode).toEqualTypeOf<(command: DoorCommand) => E.Either<EncodeFailure, EncodedCommand>>()
expectTypeOf(DoorCommand.decode).toEqualTypeOf<(json: unknown) => E.Either<CommandDecodeFailure, DoorCommand>>()

// @ts-expect-error the data of another command
DoorCommand.encode({ type: 'Open', data: { door: 'a' } })

// @ts-expect-error a command without a codec
DoorCommand.encode({ type: 'Knock', data: {} })

// @ts-expect-error a record is no codec
CommandCodec.make({ Open: { door: t.string } })

// Codecs combine: one record is spread into another.

const BellCommand = CommandCodec.make({ Ring: t.strict({ times: t.number }) })
const Both = CommandCodec.make({ ...DoorCommand.codecs, ...BellCommand.codecs })
expectTypeOf<CommandOf<typeof Both>>().toEqualTypeOf<DoorCommand | CommandOf<typeof BellCommand>>()

// An aggregate infers its commands from the codec, so its functions need no annotation.

const DoorEvent = EventCodec.make({ Moved: t.strict({ open: t.boolean }), Refused: t.strict({}) })
type DoorEvent = EventOf<typeof DoorEvent>
const parts = { category: 'door', events: DoorEvent, commands: DoorCommand }

const door = Aggregate.make({
  category: 'door',
  commands: DoorCommand,
  id: ({ data }) => data.door,
  events: DoorEvent,
  decider: {
    initialState: false,
    evolve: (open, event) => (event.type === 'Moved' ? event.data.open : open),
    decide: (command, open) => {
      switch (command.type) {
        case 'Open':
          expectTypeOf(command.data.until).toEqualTypeOf<Date>()
          return open ? E.left('open already' as const) : E.right([{ type: 'Moved', data: { open: true } }])
        case 'Close':
          return E.right([])
      }
    },
  },
})
expectTypeOf(door).toEqualTypeOf<Aggregate<DoorCommand, DoorEvent, boolean, 'open already', unknown>>()
expectTypeOf(door.commandCodec).toEqualTypeOf<CommandCodec<DoorCommand> | undefined>()

declare const decider: Decider<DoorCommand, DoorEvent, boolean, 'stuck'>
const separate = Aggregate.make({ ...parts, id: ({ data }) => data.door, decider })
expectTypeOf(separate).toEqualTypeOf<Aggregate<DoorCommand, DoorEvent, boolean, 'stuck', unknown>>()

const combined = Aggregate.make({
  category: 'door',
  commands: Both,
  id: () => 'a',
  decider: Decider.combineByType(decider, {} as Decider<CommandOf<typeof BellCommand>, never, number, never>, {
    commands: { Open: true, Close: true },
    events: { Moved: true, Refused: true },
  }),
  events: DoorEvent,
})
expectTypeOf(combined.commandCodec).toEqualTypeOf<CommandCodec<CommandOf<typeof Both>> | undefined>()

// @ts-expect-error no command has this field
Aggregate.make({ ...parts, id: ({ data }) => data.gate, decider })

// @ts-expect-error the decider of another command
Aggregate.make({
  ...parts,
  id: () => 'a',
  decider: { ...decider, decide: (_: Command<'Knock', null>, __: boolean) => E.right([]) },
})

// @ts-expect-error an event that the codec does not have
Aggregate.make({
  ...parts,
  id: ({ data }) => data.door,
  decider: { initialState: 0, evolve: (n) => n + 1, decide: () => E.right([{ type: 'Rung', data: {} }]) },
})
