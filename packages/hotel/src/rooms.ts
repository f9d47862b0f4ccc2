import { Day, Money } from '@foldlog/core/codecs'
import { Projection } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import { ReservationId, RoomId } from './ids.ts'
import { room } from './room.ts'

export const RoomView = t.strict({
  roomId: RoomId,
  nightly: Money,
  stays: t.array(t.strict({ reservationId: ReservationId, from: Day, to: Day })),
})

/** The rooms, with what is reserved. */
export const rooms = Projection.byType({
  name: 'rooms',
  from: [room],
  view: RoomView,
  key: ({ event }) => event.data.roomId,
  on: {
    RoomOpened: (_, { event: { data } }) => ({ ...data, stays: [] }),
    StayReserved: (view, { event }) => {
      const { reservationId, from, to } = event.data
      return view && { ...view, stays: [...view.stays, { reservationId, from, to }] }
    },
    StayReleased: (view, { event: { data } }) =>
      view && { ...view, stays: view.stays.filter(({ reservationId }) => reservationId !== data.reservationId) },
  },
})
