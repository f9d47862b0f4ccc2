import type { taskEither as TE } from 'fp-ts'
import type { BankError } from '../books/BankError.ts'

/**
 * Carries out the work of a command, and reports its error.
 *
 * @category model
 * @since 0.1.0
 */
export type Run = (work: TE.TaskEither<BankError, void>) => Promise<void>
