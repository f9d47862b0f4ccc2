import { describeError, Logger } from '@foldlog/core'
import { Routes } from '@foldlog/http'
import { serveNode } from '@foldlog/http/node'
import { makePostgresStore, migrate, migrationStatus } from '@foldlog/postgres-store'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import postgres from 'postgres'
import { makeHotel } from './hotel.ts'
import type { Mail } from './mailer.ts'
import { hotelRoutes, respond } from './routes.ts'

// `web` takes requests, `worker` runs the handlers; without a word the program does both.
const role = process.argv[2]
const print = (line: string): void => void process.stdout.write(`${line}\n`)
const logger = Logger.console(console)
const url = process.env['FOLDLOG_DATABASE_URL'] ?? ''
// The client would repeat the address in its error, and an address may have a password.
if (!URL.canParse(url)) throw new Error('FOLDLOG_DATABASE_URL must be the address of a database')
const sql = postgres(url, { onnotice: () => {} })
const schema = 'hotel'
const store = makePostgresStore({ sql, schema })

const hotel = makeHotel({
  store,
  logger,
  runHandlers: role !== 'web',
  env: { sendMail: (mail: Mail) => TE.fromIO(() => print(`mail ${JSON.stringify(mail)}`)) },
  migrations: migrationStatus({ sql, schema }),
  release: async () => {
    await store.stop()
    await sql.end()
  },
})
const routes = Routes.make({ ...hotel, respond: respond(logger), settledPosition: store.settledPosition }, hotelRoutes)

const serve = F.pipe(
  serveNode(routes, { logger, port: Number(process.env['PORT'] ?? 0) }),
  TE.tapIO((server) => () => print(`The hotel is open at ${server.url}`)),
)
const ending = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort())
const ended = await F.pipe(
  migrate({ sql, schema }),
  TE.chainW(() => hotel.run(ending.signal, role === 'worker' ? undefined : serve)),
)()
if (E.isLeft(ended)) print(describeError(ended.left))
process.exitCode = E.isLeft(ended) ? 1 : 0
