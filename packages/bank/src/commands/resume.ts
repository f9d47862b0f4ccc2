import { HandlerStop } from '@foldlog/subscriptions'
import { function as F, taskEither as TE } from 'fp-ts'
import type { BankError } from '../books/BankError.ts'
import type { BankHandler } from '../handlers/bankApplication.ts'
import { type CommandTarget, inBooks } from './CommandTarget.ts'
import type { Environment } from './Environment.ts'

/**
 * Resumes a stopped handler at the event at which it stopped, once the cause is fixed: `npm start -- resume HANDLER`.
 *
 * @category commands
 * @since 0.1.0
 */
export const resumeCommand = (
  environment: Environment,
  handler: BankHandler,
  where: CommandTarget,
): TE.TaskEither<BankError, void> =>
  inBooks(environment, where, ({ store }) =>
    F.pipe(
      HandlerStop.resume(store, handler),
      TE.map((stopped) =>
        environment.output.line(
          stopped
            ? `${handler} is resumed; every process of \`npm start -- serve\` runs it.`
            : `${handler} is not stopped.`,
        ),
      ),
    ),
  )
