import { type ApplicationStore, type BaseApplicationOptions, makeApplication } from '@foldlog/application'
import { guest } from './guest.ts'
import { type MailerEnv, mailer } from './mailer.ts'
import { payment } from './payment.ts'
import { reservations } from './reservations.ts'
import { room } from './room.ts'
import { rooms } from './rooms.ts'
import { stay } from './stay.ts'

interface HotelOptions<Store extends ApplicationStore>
  extends Pick<
    BaseApplicationOptions<[], [], Store>,
    'store' | 'runHandlers' | 'limits' | 'logger' | 'migrations' | 'release'
  > {
  readonly env: MailerEnv
}

/** A hotel on a store. A process that only takes requests has `runHandlers: false`. */
export const makeHotel = <Store extends ApplicationStore>(options: HotelOptions<Store>) =>
  makeApplication({
    ...options,
    aggregates: [room, guest, payment],
    handlers: [rooms, reservations, stay, mailer],
  })

export type Hotel = ReturnType<typeof makeHotel>
