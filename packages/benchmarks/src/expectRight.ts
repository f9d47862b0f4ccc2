import { either as E, type taskEither as TE } from 'fp-ts'

/**
 * Runs a task, and rejects with its error: in a benchmark every failure ends a turn, and a turn may reject.
 *
 * @category destructors
 * @since 0.1.0
 */
export const expectRight = async <A>(task: TE.TaskEither<unknown, A>): Promise<A> => {
  const result = await task()
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}
