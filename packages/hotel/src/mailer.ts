import type { Email } from '@foldlog/core/codecs'
import { EventHandler } from '@foldlog/subscriptions'
import type { taskEither as TE } from 'fp-ts'
import { guest } from './guest.ts'

/** A mail. `key` is the same whenever it is sent again, so that a mail server can recognise a repetition. */
export interface Mail {
  readonly key: string
  readonly to: Email
  readonly text: string
}

export interface MailerEnv {
  readonly sendMail: (mail: Mail, signal: AbortSignal) => TE.TaskEither<Error, void>
}

const texts = {
  de: { confirmed: 'Ihre Reservierung ist bestätigt.', closed: 'Ihre Reservierung ist beendet.' },
  en: { confirmed: 'Your reservation is confirmed.', closed: 'Your reservation has ended.' },
} as const

/** Writes to guests about their reservations. It starts now: nobody gets a mail about the past. */
export const mailer = EventHandler.byType({
  name: 'mailer',
  from: [guest],
  start: 'now',
  on: {
    ReservationConfirmed:
      ({ effectId, event: { data } }, { signal }) =>
      ({ sendMail }: MailerEnv) =>
        sendMail({ key: effectId, to: data.email, text: texts[data.language].confirmed }, signal),
    ReservationClosed:
      ({ effectId, event: { data } }, { signal }) =>
      ({ sendMail }: MailerEnv) =>
        sendMail({ key: effectId, to: data.email, text: texts[data.language].closed }, signal),
  },
})
