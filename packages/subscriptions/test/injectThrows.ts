import { jest } from '@jest/globals'

/** A throw that is planted at one call of one function inside the runtime, before or after the function runs. */
export interface InjectedThrow {
  readonly at: string
  /** The number of the call, from 1. */
  readonly nth: number
  readonly when: 'before' | 'after'
}

/** The thrown value: reading it throws as well. */
export const unprintableError = (): unknown => Object.assign(Object.create(null), { held: 1n, self: revoked() })

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

type Any = (...args: ReadonlyArray<unknown>) => unknown

const isPromise = (value: unknown): value is Promise<unknown> =>
  typeof value === 'object' && value !== null && typeof Reflect.get(value, 'then') === 'function'

export const makeThrowInjector = () => {
  let trap: InjectedThrow | undefined
  let calls = new Map<string, number>()
  let sprung = false

  const trapped =
    (at: string, f: Any): Any =>
    (...args) => {
      const nth = (calls.get(at) ?? 0) + 1
      calls.set(at, nth)
      if (sprung || trap?.at !== at || trap.nth !== nth) return f(...args)
      sprung = true
      if (trap.when === 'before') throw unprintableError()
      const result = f(...args)
      if (!isPromise(result)) throw unprintableError()
      return result.then(() => {
        throw unprintableError()
      })
    }

  const wrap = (part: string, of: object): object =>
    Object.fromEntries(
      Object.entries(of).map(([name, member]) => [
        name,
        typeof member === 'function' ? trapped(`${part}.${name}`, member as Any) : member, // By the check before.
      ]),
    )

  /** Makes the function throw that a unit of work calls after its commit. */
  const trapUnit = (result: unknown): unknown => {
    const unit = Reflect.get(Object(result), 'right') as Readonly<Record<string, Any>> | undefined // By its type.
    if (unit?.['onCommitted'] === undefined) return result
    return { _tag: 'Right', right: { ...unit, onCommitted: trapped('UnitOfWork.onCommitted', unit['onCommitted']) } }
  }

  return {
    arm: (next: InjectedThrow | undefined) => {
      trap = next
      calls = new Map()
      sprung = false
    },
    sprung: () => sprung,
    /** Number of calls of each function since the last `arm`. */
    calls: (): ReadonlyMap<string, number> => calls,
    /** Makes the functions of a factory's result throw at the armed call. */
    onMade: (module: string, factory: string, actual: object): void => {
      const make = Reflect.get(actual, factory) as Any // A factory, by the name of its file.
      jest.unstable_mockModule(module, () => ({
        ...actual,
        // As all factories do.
        [factory]: (...args: ReadonlyArray<unknown>) => wrap(factory.slice(4), make(...args) as object),
      }))
    },
    /** Makes functions of a module throw at the armed call. */
    onFunctions: (module: string, names: ReadonlyArray<string>, actual: object): void => {
      const replaced = names.map((name) => [name, trapped(name, Reflect.get(actual, name) as Any)])
      jest.unstable_mockModule(module, () => ({ ...actual, ...Object.fromEntries(replaced) }))
    },
    /** Makes the worker of a handler throw at the armed call. */
    onWork: (module: string, actual: object): void => {
      const definitionOf = Reflect.get(actual, 'definitionOf') as (
        ...args: ReadonlyArray<unknown>
      ) => Readonly<Record<string, Any>>
      jest.unstable_mockModule(module, () => ({
        ...actual,
        definitionOf: (...args: ReadonlyArray<unknown>) => {
          const { makeWorker, deliveries, ...definition } = definitionOf(...args)
          if (makeWorker === undefined || deliveries === undefined) throw new Error('a definition has other functions')
          return {
            ...definition,
            deliveries: trapped('HandlerDefinition.deliveries', deliveries),
            makeWorker: trapped('HandlerDefinition.makeWorker', (...context) => {
              const worker = makeWorker(...context) as Readonly<Record<string, Any>> // As all definitions do.
              const { handle } = worker
              if (handle === undefined) throw new Error('a worker has other functions')
              return wrap('HandlerWorker', {
                ...worker,
                handle: async (...args: ReadonlyArray<unknown>) => trapUnit(await handle(...args)),
              })
            }),
          }
        },
      }))
    },
  }
}
