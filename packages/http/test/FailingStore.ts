import { either as E } from 'fp-ts'

/** The functions of a store that routes use. The work of handlers goes on. */
const failing: ReadonlySet<PropertyKey> = new Set([
  'append',
  'appendAll',
  'readStream',
  'findEvents',
  'getDocuments',
  'listDocuments',
])

/** What a store does instead of its work: it fails with an error, or works when the failure is over. */
export type Failure = { readonly _tag: string } | 'silence'

/** A store whose functions for routes fail after `failWith`. */
export const makeFailingStore = <Store extends object>(store: Store) => {
  let failure: Failure | undefined
  let waiting: Array<() => void> = []
  const failWith = (next: Failure | undefined): void => {
    failure = next
    for (const goOn of waiting.splice(0)) goOn()
  }
  const attempt = async (work: () => Promise<unknown>): Promise<unknown> => {
    if (failure === undefined) return work()
    if (failure !== 'silence') return E.left(failure)
    await new Promise<void>((goOn) => {
      waiting = [...waiting, goOn]
    })
    return attempt(work)
  }
  const failingStore = new Proxy(store, {
    get: (target, key): unknown => {
      const value: unknown = Reflect.get(target, key)
      if (!failing.has(key) || typeof value !== 'function') return value
      return (...parameters: ReadonlyArray<unknown>) =>
        () =>
          attempt(() => Reflect.apply(value, target, parameters)())
    },
  })
  return { store: failingStore, failWith }
}
