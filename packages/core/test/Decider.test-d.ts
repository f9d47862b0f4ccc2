import { type Command, Decider, type Event, type Keyed, type Step } from '@foldlog/core'
import { expectTypeOf } from 'expect-type'
import { either as E, function as F } from 'fp-ts'

type LampCommand = Command<'Switch', { readonly to: boolean }>
type LampEvent = Event<'Switched', { readonly to: boolean }> | Event<'Broken', null>
type DoorCommand = Command<'Open', null> | Command<'Close', null>
type DoorEvent = Event<'Moved', { readonly open: boolean }>

declare const lamp: Decider<LampCommand, LampEvent, boolean, 'no power'>
declare const door: Decider<DoorCommand, DoorEvent, { readonly open: boolean }, 'stuck'>

// A reducer is total: a missing case does not compile.

const whole = (on: boolean, event: LampEvent): boolean => {
  switch (event.type) {
    case 'Switched':
      return event.data.to
    case 'Broken':
      return on && event.data !== null
  }
}
expectTypeOf(whole).toExtend<Decider<LampCommand, LampEvent, boolean, never>['evolve']>()

// @ts-expect-error `Broken` is missing
const holed = (_on: boolean, event: LampEvent): boolean => {
  switch (event.type) {
    case 'Switched':
      return event.data.to
  }
}
holed(true, { type: 'Broken', data: null })

// @ts-expect-error a reducer of fewer events does not fit
const partial: Decider<LampCommand, LampEvent, boolean, never>['evolve'] = (_on, event: DoorEvent) => event.data.open

// A decision returns its own events and its own errors.
const decide: Decider<LampCommand, LampEvent, boolean, 'no power'>['decide'] = (command, on) => {
  expectTypeOf(command).toEqualTypeOf<LampCommand>()
  expectTypeOf(on).toEqualTypeOf<boolean>()
  return E.left('no power')
}

// @ts-expect-error another error
const otherRefusal: Decider<LampCommand, LampEvent, boolean, 'no power'>['decide'] = () => E.left('no bulb')

declare const moved: E.Either<never, ReadonlyArray<DoorEvent>>
// @ts-expect-error another domain's event
const otherEvent: Decider<LampCommand, LampEvent, boolean, never>['decide'] = () => moved

void [partial, decide, otherRefusal, otherEvent]

// A decider and its results are read-only.

// @ts-expect-error
lamp.initialState = false
// @ts-expect-error
lamp.evolve = whole

expectTypeOf(Decider.fold(lamp)([])).toEqualTypeOf<boolean>()
expectTypeOf(Decider.fold(door)([], { open: true })).toEqualTypeOf<{ readonly open: boolean }>()
// @ts-expect-error a state of another decider
Decider.fold(door)([], true)
// @ts-expect-error events of another decider
Decider.fold(door)([{ type: 'Broken', data: null }])

expectTypeOf(Decider.step(lamp)({ type: 'Switch', data: { to: true } })).toEqualTypeOf<
  E.Either<'no power', Step<LampEvent, boolean>>
>()
expectTypeOf<Step<LampEvent, boolean>['events']>().toEqualTypeOf<ReadonlyArray<LampEvent>>()

// A combinator keeps the types that it does not name.

expectTypeOf(
  F.pipe(
    lamp,
    Decider.contramapCommand((to: boolean): LampCommand => ({ type: 'Switch', data: { to } })),
  ),
).toEqualTypeOf<Decider<boolean, LampEvent, boolean, 'no power'>>()
expectTypeOf(
  F.pipe(
    lamp,
    Decider.imapEvent(
      (event: LampEvent) => JSON.stringify(event),
      (): LampEvent => ({ type: 'Broken', data: null }),
    ),
  ),
).toEqualTypeOf<Decider<LampCommand, string, boolean, 'no power'>>()
expectTypeOf(
  F.pipe(
    lamp,
    Decider.imapState(
      (on: boolean) => (on ? 1 : 0),
      (n: 0 | 1) => n === 1,
    ),
  ),
).toEqualTypeOf<Decider<LampCommand, LampEvent, 0 | 1, 'no power'>>()
expectTypeOf(
  F.pipe(
    lamp,
    Decider.mapError((error: 'no power') => ({ error })),
  ),
).toEqualTypeOf<Decider<LampCommand, LampEvent, boolean, { error: 'no power' }>>()

// `combine`: sums of commands, events and errors, the product of states.

expectTypeOf(Decider.combine(lamp, door)).toEqualTypeOf<
  Decider<
    E.Either<LampCommand, DoorCommand>,
    E.Either<LampEvent, DoorEvent>,
    readonly [boolean, { readonly open: boolean }],
    'no power' | 'stuck'
  >
>()
expectTypeOf(Decider.combine(Decider.empty, lamp)).toEqualTypeOf<
  Decider<E.Either<never, LampCommand>, E.Either<never, LampEvent>, readonly [null, boolean], 'no power'>
>()

const room = Decider.combineByType(lamp, door, { commands: { Switch: true }, events: { Switched: true, Broken: true } })
expectTypeOf(room).toEqualTypeOf<
  Decider<
    LampCommand | DoorCommand,
    LampEvent | DoorEvent,
    readonly [boolean, { readonly open: boolean }],
    'no power' | 'stuck'
  >
>()
// Commands are routed by their type: an unknown type does not compile.
// @ts-expect-error
Decider.step(room)({ type: 'Knock', data: null })

// @ts-expect-error `Broken` is missing
Decider.combineByType(lamp, door, { commands: { Switch: true }, events: { Switched: true } })

// @ts-expect-error `Moved` is not of the first
Decider.combineByType(lamp, door, { commands: { Switch: true }, events: { Switched: true, Broken: true, Moved: true } })

// @ts-expect-error a tag that both have cannot be routed
Decider.combineByType(lamp, lamp, { commands: { Switch: true }, events: { Switched: true, Broken: true } })

// `many`: commands and events carry a key.

expectTypeOf(Decider.many<'left' | 'right'>()(lamp)).toEqualTypeOf<
  Decider<
    Keyed<'left' | 'right', LampCommand>,
    Keyed<'left' | 'right', LampEvent>,
    ReadonlyMap<'left' | 'right', boolean>,
    'no power'
  >
>()
// @ts-expect-error no member has this key
Decider.step(Decider.many<'left' | 'right'>()(lamp))({ key: 'middle', value: { type: 'Switch', data: { to: true } } })
