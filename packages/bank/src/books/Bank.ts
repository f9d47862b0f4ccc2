import { join } from 'node:path'
import { describeUnknown, type EventStore, type HandlerStore, type LogTail } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { EmbeddedPostgres, type RunningPostgres } from '@foldlog/postgres-embedded'
import { makePostgresStore, migrate, type PostgresStore } from '@foldlog/postgres-store'
import { either as E, function as F, type task as T, taskEither as TE } from 'fp-ts'
import postgres from 'postgres'
import type { BankError, InvalidDatabaseUrl } from './BankError.ts'

/**
 * The data set: that of the user's imports, or that of the bundled sample. They are separate, so that neither is
 * counted among the other.
 *
 * @category model
 * @since 0.1.0
 */
export type BooksName = 'bank' | 'sample'

/**
 * The place of the data: the memory of the process, the server at a url, or a server that the bank starts, whose data
 * is in a directory.
 *
 * @category model
 * @since 0.1.0
 */
export type StoreLocation =
  | { readonly _tag: 'Memory' }
  | { readonly _tag: 'Server'; readonly url: string }
  | { readonly _tag: 'Embedded'; readonly directory: string }

/**
 * The store of a data set: its events, the end of its log, and the data of its handlers.
 *
 * @category model
 * @since 0.1.0
 */
export type BooksStore = EventStore & LogTail & HandlerStore

/**
 * An open bank. `books` returns the store of a data set, and creates it if necessary. `close` waits for work in
 * progress, and stops the server if the bank has started it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Bank {
  readonly books: (name: BooksName) => TE.TaskEither<BankError, BooksStore>
  readonly close: T.Task<void>
}

const schemas: Readonly<Record<BooksName, string>> = { bank: 'bank', sample: 'bank_sample' }

/**
 * Seconds until the next attempt to connect. The default of the client, up to 20 seconds, is longer than a store waits,
 * so a restart of the server would go unnoticed.
 */
const backoff = (attempts: number): number => Math.min(0.02 * 2 ** attempts, 0.5)

const connect = (url: string): E.Either<InvalidDatabaseUrl, postgres.Sql> =>
  E.tryCatch(
    () => {
      if (!/^postgres(ql)?:\/\//.test(url)) throw new Error('it does not begin with postgres://')
      return postgres(url, { max: 6, fetch_types: false, connect_timeout: 10, backoff, onnotice: () => {} })
    },
    // The messages of URL repeat the address.
    (cause): InvalidDatabaseUrl => ({
      _tag: 'InvalidDatabaseUrl',
      why: describeUnknown(cause).includes(url) ? 'it is not a valid URL' : describeUnknown(cause),
    }),
  )

const inMemory = (): Bank => {
  const stores = { bank: makeMemoryStore(), sample: makeMemoryStore() }
  return {
    books: (name) => TE.right(stores[name]),
    close: async () => {
      await stores.bank.stop()
      await stores.sample.stop()
    },
  }
}

const onServer = (url: string): E.Either<InvalidDatabaseUrl, Bank> =>
  F.pipe(
    connect(url),
    E.map((sql): Bank => {
      const open: Array<PostgresStore> = []
      return {
        books: (name) =>
          F.pipe(
            migrate({ sql, schema: schemas[name] }),
            TE.map(() => {
              const store = makePostgresStore({ sql, schema: schemas[name] })
              open.push(store)
              return store
            }),
          ),
        close: async () => {
          await Promise.all(open.map((store) => store.stop()))
          await sql.end({ timeout: 5 })
        },
      }
    }),
  )

const onOwnServer = (server: RunningPostgres): TE.TaskEither<BankError, Bank> =>
  F.pipe(
    server.createDatabase('bank'),
    TE.chainEitherKW(onServer),
    TE.map(
      (bank): Bank => ({
        ...bank,
        close: async () => {
          await bank.close()
          await server.stop()()
        },
      }),
    ),
    TE.orElseFirstTaskK(() => server.stop()),
  )

/**
 * Opens the bank.
 *
 * @category constructors
 * @since 0.1.0
 */
const openBank = (place: StoreLocation): TE.TaskEither<BankError, Bank> => {
  switch (place._tag) {
    case 'Memory':
      return TE.right(inMemory())
    case 'Server':
      return TE.fromEither(onServer(place.url))
    case 'Embedded':
      return F.pipe(EmbeddedPostgres.start({ directory: join(place.directory, 'postgres') }), TE.chainW(onOwnServer))
  }
}

/**
 * Opens the bank for as long as it is used.
 *
 * @category combinators
 * @since 0.1.0
 */
export const withBank = <A>(
  place: StoreLocation,
  use: (bank: Bank) => TE.TaskEither<BankError, A>,
): TE.TaskEither<BankError, A> => TE.bracket(openBank(place), use, ({ close }) => TE.fromTask(close))
