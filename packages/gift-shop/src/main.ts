import { resolve } from 'node:path'
import { Interruption } from '@foldlog/application'
import type { Logger } from '@foldlog/core'
import { reportLostOutput } from '@foldlog/hono-server'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { type OpenStore, openStore } from './shop/openStore.ts'
import { startShop } from './shop/startShop.ts'
import { describeStartupError, parsePort } from './shop/startupErrors.ts'

const hasLostOutput = reportLostOutput(process)

const print = (line: string): void => void process.stdout.write(`${line}\n`)
const printError = (line: string): void => void process.stderr.write(`${line}\n`)

const logger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (message, facts) => printError(`${message} ${JSON.stringify(facts)}`),
  error: (message, facts) => printError(`${message} ${JSON.stringify(facts)}`),
}

const interruption = Interruption.of(process)

const interrupted = new Promise<void>((end) => interruption.signal.addEventListener('abort', () => end()))

const hints = (url: string): string =>
  [
    `The gift shop is open at ${url}, its API is described at ${url}/openapi.json. ^C closes it.`,
    '',
    `  curl ${url}/accounts -H 'Content-Type: application/json' -d '{"name":"Ada"}'`,
    `  curl ${url}/gift_cards -H 'Content-Type: application/json' -d '{"name":"Books","price":25,"count":3}'`,
    `  curl ${url}/gift_cards -H 'Prefer: wait'`,
  ].join('\n')

const serve =
  (port: number) =>
  ({ store }: OpenStore) =>
    F.pipe(
      startShop({ store, logger, port }),
      TE.chainTaskK(({ url, stop }) => async () => {
        print(hints(url))
        await interrupted
        await stop()
        print('The gift shop is closed.')
      }),
    )

const program = F.pipe(
  TE.fromEither(parsePort(process.env['PORT'])),
  TE.chainW((port) =>
    TE.bracketW(openStore(process.env['FOLDLOG_DATABASE_URL'], resolve('.foldlog')), serve(port), ({ close }) =>
      TE.fromTask(close),
    ),
  ),
)

const ended = await program()
if (E.isLeft(ended)) printError(`The gift shop cannot open: ${describeStartupError(ended.left)}`)
process.exitCode = E.isLeft(ended) || hasLostOutput() ? 1 : interruption.exitCode()
