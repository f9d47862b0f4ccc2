import { join } from 'node:path'
import type { InvalidInput, StoreUnavailable } from '@foldlog/core'
import { EmbeddedPostgres, type EmbeddedPostgresError } from '@foldlog/postgres-embedded'
import { openPostgresStore } from '@foldlog/postgres-store'
import { function as F, type task as T, taskEither as TE } from 'fp-ts'
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

const onServer = (url: string): TE.TaskEither<InvalidInput | StoreUnavailable, OpenStore> =>
  F.pipe(
    openPostgresStore({
      connect: (address, settings) => postgres(address, { ...settings, max: 6 }),
      url,
      schema,
      migrate: true,
    }),
    TE.map(({ store, release }) => ({ store, close: release })),
  )

/**
 * Why the store could not be opened.
 *
 * @category errors
 * @since 0.1.0
 */
export type OpenError = InvalidInput | StoreUnavailable | EmbeddedPostgresError

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
