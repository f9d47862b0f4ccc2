import {
  type DecodeFailure,
  type EncodeFailure,
  type Event,
  EventCodec,
  type EventOf,
  type Recorded,
  type RecordedEvent,
} from '@foldlog/core'
import { expectTypeOf } from 'expect-type'
import { type either as E, function as F } from 'fp-ts'
import * as t from 'io-ts'
import { DateFromString } from './codecs.ts'

// The union is inferred from the record: its keys are the tags, the outputs of its codecs the data.

const AccountEvent = EventCodec.make({
  Opened: t.strict({ owner: t.string, since: DateFromString }),
  Deposited: t.strict({ cents: t.number }),
  Closed: t.strict({}),
})
type AccountEvent = EventOf<typeof AccountEvent>

expectTypeOf<AccountEvent>().toEqualTypeOf<
  | { readonly type: 'Opened'; readonly data: { owner: string; since: Date } }
  | { readonly type: 'Deposited'; readonly data: { cents: number } }
  | { readonly type: 'Closed'; readonly data: Record<never, never> }
>()
expectTypeOf<AccountEvent>().toExtend<Event>()
expectTypeOf(AccountEvent.types).toEqualTypeOf<ReadonlyArray<'Opened' | 'Deposited' | 'Closed'>>()
expectTypeOf<keyof typeof AccountEvent.current>().toEqualTypeOf<'Opened' | 'Deposited' | 'Closed'>()

// `encode` and `decode` both return values, with typed failures.

expectTypeOf(AccountEvent.decode).toEqualTypeOf<
  (recorded: RecordedEvent) => E.Either<DecodeFailure, ReadonlyArray<AccountEvent>>
>()
expectTypeOf(AccountEvent.encode).parameters.toEqualTypeOf<[AccountEvent]>()
expectTypeOf(AccountEvent.encode).returns.extract<E.Left<unknown>>().toEqualTypeOf<E.Left<EncodeFailure>>()
expectTypeOf(EventCodec.decodeAll(AccountEvent)).returns.toEqualTypeOf<
  E.Either<DecodeFailure, ReadonlyArray<Recorded<AccountEvent>>>
>()

AccountEvent.encode({ type: 'Deposited', data: { cents: 1 } })

// @ts-expect-error the data of another event
AccountEvent.encode({ type: 'Deposited', data: { owner: 'Ada', since: new Date(0) } })

// @ts-expect-error an event without a codec
AccountEvent.encode({ type: 'Renamed', data: {} })

declare const deposited: Extract<AccountEvent, { readonly type: 'Deposited' }>

// @ts-expect-error an event is read-only
deposited.type = 'Deposited'

// @ts-expect-error and so is its data
deposited.data = { cents: 2 }

// The data of an event is as readonly as its codec says.
const Frozen = EventCodec.make({ Frozen: t.readonly(t.strict({ at: t.readonlyArray(t.number) })) })
expectTypeOf<EventOf<typeof Frozen>['data']>().toEqualTypeOf<Readonly<{ at: ReadonlyArray<number> }>>()

// Versions: the last one determines the type. Each upcast gets the data of the version before it.

const versions = F.pipe(
  EventCodec.version(1, t.strict({ name: t.string })),
  EventCodec.upcast(2, t.strict({ names: t.array(t.string) }), (older) => {
    expectTypeOf(older).toEqualTypeOf<{ name: string }>()
    return { names: [older.name] }
  }),
  EventCodec.upcast(3, t.strict({ names: t.array(t.string), since: DateFromString }), (older) => {
    expectTypeOf(older).toEqualTypeOf<{ names: Array<string> }>()
    return { ...older, since: new Date(0) }
  }),
)
const Person = EventCodec.make({ Named: versions, Left: t.strict({}) })
expectTypeOf<EventOf<typeof Person>>().toEqualTypeOf<
  | { readonly type: 'Named'; readonly data: { names: Array<string>; since: Date } }
  | { readonly type: 'Left'; readonly data: Record<never, never> }
>()

F.pipe(
  EventCodec.version(1, t.strict({ name: t.string })),
  // @ts-expect-error an upcast whose result lacks a field of the newer version
  EventCodec.upcast(2, t.strict({ name: t.string, country: t.string }), ({ name }) => ({ name })),
)

F.pipe(
  EventCodec.version(1, t.strict({ name: t.string })),
  // @ts-expect-error an upcast that reads what the older version does not have
  EventCodec.upcast(2, t.strict({ name: t.string }), ({ title }) => ({ name: title })),
)

// A retired form is not in the union, and is replaced only by forms that it names.

const split = EventCodec.split(
  { type: 'OpenedWith', schemaVersion: 1 },
  t.strict({ cents: t.number }),
  [
    { type: 'Deposited', schemaVersion: 1 },
    { type: 'Closed', schemaVersion: 2 },
  ],
  (older) => {
    expectTypeOf(older).toEqualTypeOf<{ cents: number }>()
    return [{ type: 'Deposited', schemaVersion: 1, data: { cents: older.cents } }]
  },
)
const Account = EventCodec.make(
  { Deposited: t.strict({ cents: t.number }), Closed: t.strict({}) },
  { retired: [split, EventCodec.drop({ type: 'Noted', schemaVersion: 1 })] },
)
expectTypeOf<EventOf<typeof Account>['type']>().toEqualTypeOf<'Deposited' | 'Closed'>()

EventCodec.split(
  { type: 'OpenedWith', schemaVersion: 1 },
  t.strict({ cents: t.number }),
  [{ type: 'Deposited', schemaVersion: 1 }],
  // @ts-expect-error a form that was not named
  () => [{ type: 'Closed', schemaVersion: 1, data: {} }],
)

EventCodec.split(
  { type: 'OpenedWith', schemaVersion: 1 },
  t.strict({ cents: t.number }),
  [{ type: 'Deposited', schemaVersion: 1 }],
  // @ts-expect-error a version that was not named
  () => [{ type: 'Deposited', schemaVersion: 2, data: {} }],
)

// `build` is `make` without the throw.
expectTypeOf(EventCodec.makeEither({ Closed: t.strict({}) }))
  .extract<E.Right<unknown>>()
  .toEqualTypeOf<E.Right<EventCodec<{ readonly type: 'Closed'; readonly data: Record<never, never> }>>>()
