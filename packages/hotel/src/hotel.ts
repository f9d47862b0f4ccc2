import type { Application, ApplicationStore } from '@foldlog/application'
import { guest } from './guest.ts'
import { mailer } from './mailer.ts'
import { payment } from './payment.ts'
import { reservations } from './reservations.ts'
import { room } from './room.ts'
import { rooms } from './rooms.ts'
import { stay } from './stay.ts'

/** The parts of the hotel. An application also needs a store and the environment of the mailer. */
export const hotel = {
  aggregates: [room, guest, payment],
  handlers: [rooms, reservations, stay, mailer],
} as const

/** The projections whose views a client of the routes may wait for. */
export const shown = [rooms.name, reservations.name]

export type Hotel = Application<(typeof hotel.aggregates)[number], ApplicationStore>
