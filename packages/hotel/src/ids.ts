import { brandedId } from '@foldlog/core/codecs'
import type * as t from 'io-ts'

export const RoomId = brandedId('RoomId')
export type RoomId = t.TypeOf<typeof RoomId>
export const GuestId = brandedId('GuestId')
export type GuestId = t.TypeOf<typeof GuestId>
export const ReservationId = brandedId('ReservationId')
export type ReservationId = t.TypeOf<typeof ReservationId>
