import { subscribe } from '@foldlog/subscriptions'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type { BankError } from '../books/BankError.ts'
import { describeRecorded } from '../report/describeRecorded.ts'
import { type CommandTarget, inBank } from './CommandTarget.ts'
import { allBooks, type ChosenBooks } from './chooseBooks.ts'
import type { Environment } from './Environment.ts'

const follow =
  ({ output, signal }: Environment) =>
  ({ name, store }: ChosenBooks): TE.TaskEither<BankError, void> =>
  async () => {
    // Read before the line is printed: no event after that position is missing from the output.
    const head = await store.settledPosition()
    if (E.isLeft(head)) return head
    output.line(`Watching the books ${name} from position ${head.right}; ^C ends it.`)
    for await (const event of subscribe({ store, start: { after: head.right }, signal })) {
      if (E.isLeft(event)) return event
      output.line(`${name}  ${describeRecorded(event.right)}`)
    }
    return E.right(undefined)
  }

/**
 * Shows the events of all processes as they are stored: `npm start -- watch`.
 *
 * @category commands
 * @since 0.1.0
 */
export const watchCommand = (environment: Environment, where: CommandTarget): TE.TaskEither<BankError, void> =>
  inBank(environment, where, (bank) =>
    F.pipe(
      allBooks(bank),
      TE.chain(TE.traverseArray(follow(environment))),
      TE.map(() => undefined),
    ),
  )
