const throwing = (): never => {
  throw OddValues['a revoked proxy']?.()
}

const revoked = (target: object): unknown => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const getter = (key: PropertyKey): object =>
  Object.defineProperty({ _tag: 'Right' }, key, { enumerable: true, get: throwing })

const circular = (): unknown => {
  const value: { self?: unknown } = {}
  value.self = value
  return value
}

/**
 * Everything that the code of a user may return, throw or pass in where another value is expected. Each function makes
 * a new value: a rejected promise that nobody handles ends the process.
 *
 * @category constants
 * @since 0.1.0
 */
export const OddValues: Readonly<Record<string, () => unknown>> = {
  undefined: () => undefined,
  null: () => null,
  true: () => true,
  'not a number': () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  'a negative number': () => -1,
  'a fraction': () => 0.5,
  '2 ** 48': () => 2 ** 48,
  'a text': () => 'text',
  'a text of digits': () => '5',
  'a long text': () => 'x'.repeat(100_000),
  'half a surrogate pair': () => '\ud800',
  'a bigint': () => 1n,
  'a symbol': () => Symbol('odd'),
  'a function': () => () => undefined,
  'an async function': () => async () => throwing(),
  'a class': () => class Odd {},
  'an empty object': () => ({}),
  'an empty list': () => [],
  'a list of undefined': () => [undefined],
  'a sparse list': () => new Array(3),
  'a date': () => new Date(Number.NaN),
  'a map': () => new Map([[1, 2]]),
  'a regular expression': () => /odd/,
  'an error': () => new Error('odd'),
  'an error without a message': () => Object.assign(new Error(), { code: 'EODD' }),
  'a circular object': circular,
  'a circular error': () => {
    const error = new Error('odd')
    error.cause = error
    return error
  },
  'an object without a prototype': () => Object.assign(Object.create(null), { n: 1n }),
  'a revoked proxy': () => revoked({}),
  'a revoked proxy of a list': () => revoked([]),
  'a revoked proxy of a function': () => revoked(() => undefined),
  'a proxy that refuses everything': () =>
    new Proxy({}, { get: throwing, has: throwing, ownKeys: throwing, getPrototypeOf: throwing }),
  'a tag that throws': () => getter('_tag'),
  'a right that throws': () => getter('right'),
  'a message that throws': () => getter('message'),
  'a then that throws': () => getter('then'),
  'a class name that throws': () => getter(Symbol.toStringTag),
  'a toString that throws': () => ({ toString: throwing, toJSON: throwing, valueOf: throwing }),
  'a rejected promise': () => Promise.reject(revoked({})),
  'a promise of undefined': () => Promise.resolve(undefined),
  // biome-ignore lint/suspicious/noThenProperty: a thenable is meant.
  'a thenable that throws': () => ({ then: throwing }),
  // biome-ignore lint/suspicious/noThenProperty: a thenable is meant.
  'a thenable that rejects': () => ({ then: (_: unknown, reject: (why: unknown) => void) => reject(revoked({})) }),
  'a right of undefined': () => ({ _tag: 'Right', right: undefined }),
  'a right of a promise': () => ({ _tag: 'Right', right: Promise.resolve([]) }),
  'a left of undefined': () => ({ _tag: 'Left', left: undefined }),
  'a left of a revoked proxy': () => ({ _tag: 'Left', left: revoked({}) }),
  'another tag': () => ({ _tag: 'Middle' }),
  'a deep list': () => Array.from({ length: 10_000 }).reduce((inner) => [inner], []),
}

/**
 * The names of {@link OddValues}, for `it.each`.
 *
 * @category constants
 * @since 0.1.0
 */
export const oddNames: ReadonlyArray<string> = Object.keys(OddValues)

/**
 * A new odd value, as whatever a test needs. A promise among them may be rejected.
 *
 * @category constructors
 * @since 0.1.0
 */
export const odd = (name: string): never => OddValues[name]?.() as never // Its type is the point of an odd value.
