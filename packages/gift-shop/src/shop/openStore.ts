import { join } from 'node:path'
import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { EmbeddedPostgres, type EmbeddedPostgresError } from '@foldlog/postgres-embedded'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { either as E, function as F, type task as T, taskEither as TE } from 'fp-ts'
import postgres from 'postgres'
import type { ShopStore } from './ShopStore.ts'

/**
 * The store of the shop while it is open. `close` waits for work in progress, and stops the server if the shop has
 * started it.
 *
 * @category model
 * @since 0.1.0
 */
export interface OpenStore {
  readonly store: ShopStore
  readonly close: T.Task<void>
}

const schema = 'gift_shop'

/** Seconds until the next attempt to connect. The default of the client is longer than a store waits. */
const backoff = (attempts: number): number => Math.min(0.02 * 2 ** attempts, 0.5)

const onServer = (url: string): TE.TaskEither<InvalidInput | StoreUnavailable | InvalidUrl, OpenStore> =>
  F.pipe(
    E.tryCatch(
      () => postgres(url, { max: 6, fetch_types: false, connect_timeout: 10, backoff, onnotice: () => {} }),
      // The message of the client repeats the address, which may hold a password.
      (): InvalidUrl => ({ _tag: 'InvalidUrl' }),
    ),
    TE.fromEither,
    TE.chainW((sql) =>
      F.pipe(
        migrate({ sql, schema }),
        TE.map(() => {
          const store = makePostgresStore({ sql, schema })
          return {
            store,
            close: async () => {
              await store.stop()
              await sql.end({ timeout: 5 })
            },
          }
        }),
        TE.orElseFirstTaskK(() => () => sql.end({ timeout: 5 })),
      ),
    ),
  )

/**
 * The address of a database is invalid. It is not repeated here: it may hold a password.
 *
 * @category errors
 * @since 0.1.0
 */
export interface InvalidUrl {
  readonly _tag: 'InvalidUrl'
}

/**
 * Why the store could not be opened.
 *
 * @category errors
 * @since 0.1.0
 */
export type OpenError = InvalidInput | StoreUnavailable | InvalidUrl | EmbeddedPostgresError

const onOwnServer = (directory: string): TE.TaskEither<OpenError, OpenStore> =>
  F.pipe(
    EmbeddedPostgres.start({ directory: join(directory, 'postgres') }),
    TE.chainW((server) =>
      F.pipe(
        server.createDatabase('gift_shop'),
        TE.chainW(onServer),
        TE.map(({ store, close }) => ({
          store,
          close: async () => {
            await close()
            await server.stop()()
          },
        })),
        TE.orElseFirstTaskK(() => server.stop()),
      ),
    ),
  )

/**
 * Opens the store on the server at a url, or on a server that it starts, whose data is below a directory.
 *
 * @category constructors
 * @since 0.1.0
 */
export const openStore = (url: string | undefined, directory: string): TE.TaskEither<OpenError, OpenStore> =>
  url === undefined || url === '' ? onOwnServer(directory) : onServer(url)
