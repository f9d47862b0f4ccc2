import {
  type DecodeFailure,
  EventCodec,
  type EventStore,
  type HistoryId,
  type ReadError,
  type Recorded,
  StreamName,
} from '@foldlog/core'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type { AccountEvent } from '../account/Events.ts'
import { account } from '../account/Service.ts'
import { type Bank, type BooksName, withBank } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import { history } from '../report/history.ts'
import { Environment } from './Environment.ts'

type Events = ReadonlyArray<Recorded<AccountEvent>>

const eventsOf =
  (stream: StreamName) =>
  (store: Pick<EventStore, 'readStream'>): TE.TaskEither<ReadError | DecodeFailure, Events> =>
  async () => {
    const all: Array<Recorded<AccountEvent>> = []
    let readIn: HistoryId | undefined
    for (let from = 1; ; ) {
      const page = await store.readStream(stream, { from })()
      if (E.isLeft(page)) return page
      // Pages of two histories do not make one stream, so the stream is read again from its start.
      if (from > 1 && page.right.history !== readIn) {
        all.length = 0
        from = 1
        continue
      }
      readIn = page.right.history
      const decoded = EventCodec.decodeAll(account.events)(page.right.events)
      if (E.isLeft(decoded)) return decoded
      all.push(...decoded.right)
      from += page.right.events.length
      if (page.right.end) return E.right(all)
    }
  }

const eventsIn =
  ({ books }: Bank, stream: StreamName) =>
  (name: BooksName): TE.TaskEither<BankError, Events> =>
    F.pipe(books(name), TE.chainW(eventsOf(stream)))

/**
 * Shows the state of an account and its history: `npm start -- account ID`. When imported files have no such account,
 * it shows that of the sample.
 *
 * @category commands
 * @since 0.1.0
 */
export const accountCommand = (
  environment: Environment,
  { id, database }: { readonly id: string; readonly database?: string },
): TE.TaskEither<BankError, void> =>
  F.pipe(
    TE.fromEither(StreamName.make(account.category, id)),
    TE.chainW((stream) =>
      withBank(Environment.locationOf(environment, database), (bank) =>
        F.pipe(
          eventsIn(bank, stream)('bank'),
          TE.chain((events) => (events.length > 0 ? TE.right(events) : eventsIn(bank, stream)('sample'))),
        ),
      ),
    ),
    TE.filterOrElseW(
      (events) => events.length > 0,
      (): BankError => ({ _tag: 'NoSuchAccount', id }),
    ),
    TE.map((events) => environment.output.line(history(id, events))),
  )
