import { Aggregate, CommandCodec, EventCodec, type EventOf, JointDecision } from '@foldlog/core'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/**
 * A domain with a rule over two streams: a guest has at most `mostRooms` rooms, a room at most one guest, and a closed
 * guest gets none.
 */
export const mostRooms = 2

export const GuestEvent = EventCodec.make({ RoomTaken: t.strict({ room: t.string }), Closed: t.strict({}) })
export type GuestEvent = EventOf<typeof GuestEvent>

export const RoomEvent = EventCodec.make({ Taken: t.strict({ by: t.string }), Left: t.strict({}) })
export type RoomEvent = EventOf<typeof RoomEvent>

export interface Guest {
  readonly rooms: number
  readonly closed: boolean
}

const GuestCommand = CommandCodec.make({ Close: t.strict({ guest: t.string }) })

export const guest = Aggregate.make({
  category: 'guest',
  commands: GuestCommand,
  id: ({ data }) => data.guest,
  events: GuestEvent,
  decider: {
    initialState: { rooms: 0, closed: false },
    evolve: (state: Guest, event): Guest =>
      event.type === 'Closed' ? { ...state, closed: true } : { ...state, rooms: state.rooms + 1 },
    decide: (): E.Either<never, ReadonlyArray<GuestEvent>> => E.right([{ type: 'Closed', data: {} }]),
  },
})

const RoomCommand = CommandCodec.make({ Leave: t.strict({ room: t.string }) })

export const room = Aggregate.make({
  category: 'room',
  commands: RoomCommand,
  id: ({ data }) => data.room,
  events: RoomEvent,
  decider: {
    initialState: undefined,
    evolve: (_: string | undefined, event) => (event.type === 'Taken' ? event.data.by : undefined),
    decide: (_, by) => (by === undefined ? E.left('empty' as const) : E.right([{ type: 'Left', data: {} }])),
  },
})

export const HotelCommand = CommandCodec.make({
  /** Events in both streams. */
  TakeRoom: t.strict({ guest: t.string, room: t.string }),
  /** Events in the stream of the room alone. That of the guest is only checked. */
  VisitRoom: t.strict({ guest: t.string, room: t.string }),
  Explode: t.strict({ guest: t.string, room: t.string }),
  Nothing: t.strict({ guest: t.string, room: t.string }),
})

export type HotelRefusal = 'taken' | 'too many' | 'closed'

export const stay = JointDecision.make({
  aggregates: { guest, room },
  commands: HotelCommand,
  ids: ({ data }) => data,
  decide: ({ type, data }, states): E.Either<HotelRefusal, { guest?: Array<GuestEvent>; room?: Array<RoomEvent> }> => {
    if (type === 'Explode') throw new Error('boom')
    if (type === 'Nothing') return E.right({})
    if (states.guest.closed) return E.left('closed')
    if (states.room !== undefined) return E.left('taken')
    const taken: RoomEvent = { type: 'Taken', data: { by: data.guest } }
    if (type === 'VisitRoom') return E.right({ room: [taken] })
    if (states.guest.rooms >= mostRooms) return E.left('too many')
    return E.right({ guest: [{ type: 'RoomTaken', data: { room: data.room } }], room: [taken] })
  },
})

export const take = (guest: string, room: string) => ({ type: 'TakeRoom', data: { guest, room } }) as const
export const visit = (guest: string, room: string) => ({ type: 'VisitRoom', data: { guest, room } }) as const
export const close = (guest: string) => ({ type: 'Close', data: { guest } }) as const
export const leave = (room: string) => ({ type: 'Leave', data: { room } }) as const
