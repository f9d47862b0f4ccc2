import { describeError, type ErrorWithSentence, type FoldlogError, Logger } from '@foldlog/core'
import { either as E, type task as T, type taskEither as TE } from 'fp-ts'
import { Interruption, type ProgramProcess } from './Interruption.ts'

/**
 * Runs the work of a program of Node: `await runProgram(process, logger, (signal) => application.run(signal))()`. The
 * first SIGINT or SIGTERM aborts the signal of the work, and a second one ends the process at once. An error of the
 * work is logged as a sentence, and the exit code of the process is then 1.
 *
 * @category combinators
 * @since 0.1.0
 */
export const runProgram =
  (
    program: ProgramProcess,
    logger: Logger,
    work: (signal: AbortSignal) => TE.TaskEither<FoldlogError | ErrorWithSentence, unknown>,
  ): T.Task<void> =>
  async () => {
    const { signal } = Interruption.of(program)
    const ended = await work(signal)()
    if (E.isRight(ended)) return
    Logger.safe(logger).error('the program has failed', { why: describeError(ended.left) })
    program.exitCode = 1
  }
