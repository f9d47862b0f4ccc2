import type { InvalidInput } from '@foldlog/core'
import { OptionKind } from '@foldlog/core/store'

const { codec, having, problemsOf, record, text } = OptionKind

const store = having('a store of views, such as that of makeMemoryStore', [
  'getDocuments',
  'listDocuments',
  'countDocuments',
])

/** What is wrong with the projection or the store of views, as a JavaScript caller may pass them. */
export const viewProblem = (projection: unknown, given: unknown): InvalidInput | undefined => {
  const none = problemsOf(undefined, { projection: record }, { projection })
  const { name } = Object(projection)
  const owner = typeof name === 'string' ? name : 'the projection'
  const own = none.length > 0 ? none : problemsOf(owner, { name: text, view: codec }, projection)
  return [...own, ...problemsOf(undefined, { store }, { store: given })][0]
}
