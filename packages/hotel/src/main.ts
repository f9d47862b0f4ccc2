import { makeApplication, runProgram } from '@foldlog/application'
import { Logger } from '@foldlog/core'
import { Routes } from '@foldlog/http'
import { serveNode } from '@foldlog/http/node'
import { openPostgresStore } from '@foldlog/postgres-store'
import { function as F, taskEither as TE } from 'fp-ts'
import postgres from 'postgres'
import { hotel, shown } from './hotel.ts'
import type { Mail } from './mailer.ts'
import { hotelRoutes, respond } from './routes.ts'

// `web` takes requests, `worker` runs the handlers; without a word the program does both.
const role = process.argv[2]
const { FOLDLOG_DATABASE_URL: url = '', PORT: port = '0' } = process.env
const logger = Logger.console(console)
const env = { sendMail: (mail: Mail) => TE.fromIO(() => logger.info('mail', { mail })) }

const run = (signal: AbortSignal) =>
  F.pipe(
    openPostgresStore({ connect: postgres, url, schema: 'hotel', migrate: true, logger }),
    TE.chainW((opened) => {
      const application = makeApplication({ ...hotel, ...opened, env, logger, runHandlers: role !== 'web' })
      const routes = Routes.make({ ...application, handlers: shown, respond, logger }, hotelRoutes)
      return application.run(signal, role === 'worker' ? undefined : serveNode(routes, { port: Number(port), logger }))
    }),
  )

await runProgram(process, logger, run)()
