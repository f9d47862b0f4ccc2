import { Boundary, CommandCodec, EventCodec, type EventOf, StreamName, Tag, View } from '@foldlog/core'
import { expectTypeOf } from 'expect-type'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

const CourseEvent = EventCodec.make(
  {
    Opened: t.strict({ course: t.string, seats: t.number }),
    Subscribed: t.strict({ course: t.string, student: t.string }),
  },
  {
    tags: {
      Opened: (data) => {
        expectTypeOf(data).toEqualTypeOf<{ course: string; seats: number }>()
        return [Tag.of('course', data.course)]
      },
    },
  },
)
type CourseEvent = EventOf<typeof CourseEvent>
type Opened = Extract<CourseEvent, { readonly type: 'Opened' }>

// @ts-expect-error tags are declared for events of the codec
EventCodec.make({ Opened: t.strict({}) }, { tags: { Closed: () => [] } })

// @ts-expect-error a tag is made, it is no text
EventCodec.make({ Opened: t.strict({}) }, { tags: { Opened: () => ['course:c1'] } })

// The folds infer state and event, and the view is one of the events that it handles.

const seats = View.make({
  events: CourseEvent,
  initialState: 0,
  on: {
    Opened: (state, event) => {
      expectTypeOf(state).toEqualTypeOf<number>()
      expectTypeOf(event).toEqualTypeOf<Opened>()
      return event.data.seats
    },
  },
  tags: [Tag.of('course', 'c1')],
})
expectTypeOf(seats).toEqualTypeOf<View<Opened, number>>()

// @ts-expect-error the codec has no such event
View.make({ events: CourseEvent, initialState: 0, on: { Closed: () => 1 } })

// @ts-expect-error a fold returns a state
View.make({ events: CourseEvent, initialState: 0, on: { Opened: () => 'one' } })

const open = View.make({
  events: CourseEvent,
  initialState: [] as ReadonlyArray<string>,
  on: { Subscribed: (all) => all },
})

// A product has the states by name, and the events of all.

const both = View.all({ seats, open })
expectTypeOf(both).toEqualTypeOf<View<CourseEvent, { readonly seats: number; readonly open: ReadonlyArray<string> }>>()
expectTypeOf(View.map(({ seats: count }: { readonly seats: number }) => `${count}`)(both)).toEqualTypeOf<
  View<CourseEvent, string>
>()
expectTypeOf(View.of(1)).toEqualTypeOf<View<never, number>>()

// A boundary may read any views of its events, and decides on what they show.

const SubscribeCommand = CommandCodec.make({ Subscribe: t.strict({ course: t.string, student: t.string }) })

const subscribe = Boundary.make({
  commands: SubscribeCommand,
  events: CourseEvent,
  reads: () => both,
  decide: (command, state): E.Either<'full', ReadonlyArray<CourseEvent>> => {
    expectTypeOf(command.data).toEqualTypeOf<{ course: string; student: string }>()
    expectTypeOf(state.seats).toEqualTypeOf<number>()
    return state.open.length < state.seats ? E.right([{ type: 'Subscribed', data: command.data }]) : E.left('full')
  },
  stream: (event) => StreamName.make('course', event.data.course),
})
expectTypeOf(subscribe.decide).returns.toEqualTypeOf<E.Either<'full', ReadonlyArray<CourseEvent>>>()

const OtherEvent = EventCodec.make({ Paid: t.strict({ cents: t.number }) })

Boundary.make({
  commands: SubscribeCommand,
  events: OtherEvent,
  // @ts-expect-error the codec of the boundary does not have the events of the view
  reads: () => both,
  decide: () => E.right([]),
  stream: () => StreamName.make('course', 'c1'),
})
