import type { InvalidInput } from '@foldlog/core'
import { taskEither as TE } from 'fp-ts'

/** Inline projections of options that are none. Appends are refused too: they would leave their views behind. */
export const refusedInline = <Store>(store: Store, problem: InvalidInput) => {
  const refused = TE.left(problem)
  const refuse = () => refused
  return { store: { ...store, append: refuse, appendAll: refuse }, open: refused, rebuild: refuse, rollBack: refuse }
}
