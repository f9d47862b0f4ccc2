import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type { BooksStore } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import { startBank } from '../web/startBank.ts'
import { type CommandTarget, inBank } from './CommandTarget.ts'
import type { Environment } from './Environment.ts'
import { makeLogger } from './makeLogger.ts'

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true })
    if (signal.aborted) resolve()
  })

const serve =
  ({ output, signal }: Environment, port: number) =>
  (store: BooksStore): TE.TaskEither<BankError, void> =>
  async () => {
    const started = await startBank({ store, port, logger: makeLogger(output, 'http') })()
    if (E.isLeft(started)) return started
    const { url, stop } = started.right
    output.line(`The bank is served at ${url}, its API is described at ${url}/openapi.json. ^C stops it.`)
    await aborted(signal)
    await stop()
    output.line('The bank is no longer served from here.')
    return E.right(undefined)
  }

/**
 * Serves the bank over HTTP until it is stopped: `npm start -- http`. It uses the bank's own data, or that of the
 * sample on request.
 *
 * @category commands
 * @since 0.1.0
 */
export const httpCommand = (
  environment: Environment,
  { port, ...where }: CommandTarget & { readonly port: number },
): TE.TaskEither<BankError, void> =>
  inBank(environment, where, ({ books }) =>
    F.pipe(books(where.sample === true ? 'sample' : 'bank'), TE.chain(serve(environment, port))),
  )
