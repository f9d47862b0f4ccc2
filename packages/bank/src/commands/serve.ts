import { type GenerationStatus, RuntimeStatus } from '@foldlog/subscriptions'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type { BankError } from '../books/BankError.ts'
import { makeBankRuntime } from '../handlers/bankRuntime.ts'
import { pause } from '../handlers/pause.ts'
import { count } from '../report/money.ts'
import { stateOf } from '../report/statusTable.ts'
import { type CommandTarget, inBank } from './CommandTarget.ts'
import { allBooks, type ChosenBooks } from './chooseBooks.ts'
import type { Environment } from './Environment.ts'
import { makeLogger } from './makeLogger.ts'

/** Milliseconds between two looks at what there is to tell. */
const interval = 1_000

const tell = (books: string, handler: GenerationStatus): string =>
  `${books} ${handler.name}: ${stateOf(handler)}, at position ${count(handler.position)}, ${count(handler.lag)} behind, ${count(handler.members.length)} at work`

const serve =
  ({ output, signal }: Environment) =>
  ({ name, store }: ChosenBooks): TE.TaskEither<BankError, void> =>
  async () => {
    const runtime = makeBankRuntime({ store, logger: makeLogger(output, name) })
    try {
      const started = await runtime.start()
      if (E.isLeft(started)) return started
      output.line(`Serving the books ${name}: accounts, transfers. ^C ends it.`)
      const told = new Map<string, string>()
      while (!signal.aborted) {
        const status = await RuntimeStatus.read(store)()
        // A failure here is retried; the handlers retry too, and report it.
        for (const handler of E.isRight(status) ? status.right.handlers : []) {
          const line = tell(name, handler)
          const key = `${handler.name}/${handler.generation}`
          if (told.get(key) !== line) output.line(line)
          told.set(key, line)
        }
        await pause(interval, signal)
      }
      return E.right(undefined)
    } finally {
      await runtime.stop()
      output.line(`The books ${name} are served no more from here.`)
    }
  }

/**
 * Runs the handlers of all books until it is ended: `npm start -- serve`. Any number of these share the work.
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
