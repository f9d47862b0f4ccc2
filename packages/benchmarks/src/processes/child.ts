import { type ForkOptions, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * A child process that answers questions, one at a time. It ends when it is closed, or with this process.
 *
 * @category model
 * @since 0.1.0
 */
export interface ChildProcessClient<Question, Answer> {
  readonly request: (question: Question) => Promise<Answer>
  readonly close: () => void
}

/**
 * Starts a program of this package, `processes/NAME.js`. Rejections of its work reject the question.
 *
 * @category constructors
 * @since 0.1.0
 */
export const startChild = <Question, Answer>(
  name: string,
  options: Pick<ForkOptions, 'execArgv' | 'env' | 'cwd'> = {},
): ChildProcessClient<Question, Answer> => {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  const file = fileURLToPath(new URL(`./${name}.${extension}`, import.meta.url))
  const child = fork(file, [], { execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'], ...options })
  return {
    request: (question) =>
      new Promise((resolve, reject) => {
        const ended = (code: number | null) => reject(new Error(`the process ${name} ended with ${code}`))
        child.once('exit', ended)
        child.once('message', (message) => {
          child.off('exit', ended)
          // The message comes from `answerWith`.
          const { answer, problem } = message as { readonly answer: Answer; readonly problem?: string }
          if (problem === undefined) resolve(answer)
          else reject(new Error(problem))
        })
        child.send(JSON.stringify(question))
      }),
    close: () => void child.kill(),
  }
}

/**
 * The side of the child: answers every question until the parent ends.
 *
 * @category constructors
 * @since 0.1.0
 */
export const respondWith = <Question>(answer: (question: Question) => Promise<unknown>): void => {
  process.on('message', (text) => {
    // The message comes from `ask`.
    answer(JSON.parse(String(text)) as Question).then(
      (answer) => process.send?.({ answer }),
      (cause: unknown) => process.send?.({ problem: String(cause) }),
    )
  })
  process.on('disconnect', () => process.exit())
}
