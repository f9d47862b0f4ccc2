import { type GenerationStatus, RuntimeStatus } from '@foldlog/subscriptions'
import { either as E, function as F, type task as T, taskEither as TE } from 'fp-ts'
import type { BankError } from '../books/BankError.ts'
import { bankApplication } from '../handlers/bankApplication.ts'
import { ensuring } from '../handlers/ensuring.ts'
import { pause } from '../handlers/pause.ts'
import { count } from '../report/money.ts'
import type { Output } from '../report/Output.ts'
import { stateOf } from '../report/statusTable.ts'
import { type CommandTarget, inBank } from './CommandTarget.ts'
import { allBooks, type ChosenBooks } from './chooseBooks.ts'
import type { Environment } from './Environment.ts'
import { makeLogger } from './makeLogger.ts'

/** Milliseconds between two polls of the status. */
const pollInterval = 1_000

const describe = (books: string, handler: GenerationStatus): string =>
  `${books} ${handler.name}: ${stateOf(handler)}, at position ${count(handler.position)}, ${count(handler.lag)} behind, workers: ${count(handler.members.length)}`

/** Writes a line for every change of the status, until the signal fires. */
const reportStatus =
  (output: Output, { name, store }: ChosenBooks, signal: AbortSignal): T.Task<void> =>
  async () => {
    const reported = new Map<string, string>()
    while (!signal.aborted) {
      const status = await RuntimeStatus.read(store)()
      // A failure here is retried; the handlers retry too, and report it.
      for (const handler of E.isRight(status) ? status.right.handlers : []) {
        const line = describe(name, handler)
        const key = `${handler.name}/${handler.generation}`
        if (reported.get(key) !== line) output.line(line)
        reported.set(key, line)
      }
      await pause(pollInterval, signal)
    }
  }

const serve =
  ({ output, signal }: Environment) =>
  (books: ChosenBooks): TE.TaskEither<BankError, void> => {
    const { name, store } = books
    const { run } = bankApplication({ store, logger: makeLogger(output, name) })
    const reporting = TE.fromIO(() => {
      output.line(`Serving the books ${name}: accounts, transfers. ^C ends it.`)
      const reported = reportStatus(output, books, signal)()
      return { stop: () => reported }
    })
    return F.pipe(
      run(signal, reporting),
      ensuring(async () => output.line(`The books ${name} are no longer served from here.`)),
    )
  }

/**
 * Runs the handlers of all books until it is stopped: `npm start -- serve`. Any number of processes share the work.
 *
 * @category commands
 * @since 0.1.0
 */
export const serveCommand = (environment: Environment, where: CommandTarget): TE.TaskEither<BankError, void> =>
  inBank(environment, where, (bank) =>
    F.pipe(
      allBooks(bank),
      TE.chain(TE.traverseArray(serve(environment))),
      TE.map(() => undefined),
    ),
  )
