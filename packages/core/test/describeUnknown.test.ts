import { describeUnknown, Logger } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'

const revoked = (target: object): unknown => {
  const { proxy, revoke } = Proxy.revocable(target, {})
  revoke()
  return proxy
}

const circular = (): unknown => {
  const value: { self?: unknown } = {}
  value.self = value
  return value
}

const throwing = (): never => {
  throw revoked({})
}

const getter = (key: string): object =>
  Object.defineProperty({ _tag: 'Declined' }, key, { enumerable: true, get: throwing })

/** Values that throw when they are read, each in its own way. */
const hostile: Readonly<Record<string, () => unknown>> = {
  'an object without a prototype that holds a bigint': () => Object.assign(Object.create(null), { n: 1n }),
  'a revoked proxy': () => revoked({}),
  'a revoked proxy of a function': () => revoked(() => 0),
  'a revoked proxy of an array': () => revoked([]),
  'a getter that throws': () => getter('amount'),
  'a message that throws': () => getter('message'),
  'a tag that throws': () => Object.defineProperty({}, '_tag', { get: throwing }),
  'a name of its class that throws': () => Object.defineProperty({}, Symbol.toStringTag, { get: throwing }),
  'a tagged error with fields that throw': () =>
    Object.assign(new Error('outer'), { _tag: 'Declined' }, { at: getter('x') }),
  'a tagged error whose own keys throw': () =>
    new Proxy(Object.assign(new Error('outer'), { _tag: 'Declined' }), { ownKeys: throwing }),
  'an error whose cause throws': () => Object.defineProperty(new Error('outer'), 'cause', { get: throwing }),
  'a toJSON that throws': () => ({ toJSON: throwing }),
  'a toString that throws': () => ({ toString: throwing }),
  'a circular value': circular,
  'a proxy that refuses everything': () =>
    new Proxy({}, { get: throwing, has: throwing, ownKeys: throwing, getPrototypeOf: throwing }),
  'a symbol': () => Symbol('s'),
  'a deep list': () => Array.from({ length: 10_000 }).reduce((inner) => [inner], []),
  'a long list': () => Array.from({ length: 1_000_000 }, (_, i) => i),
}

describe('the text of any value', () => {
  it.each(Object.keys(hostile))('exists for %s, and is short', (name) => {
    const value = hostile[name]?.()
    const within = Object.assign(Object.create(null), { value, list: [value] })
    for (const one of [value, within, new Error('outer', { cause: value })]) {
      const text = describeUnknown(one)
      expect(text).not.toBe('')
      expect(text.length).toBeLessThan(3_000)
    }
  })

  it('exists for any generated value', () => {
    void fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withSparseArray: true,
        }),
        (value) => typeof describeUnknown(value) === 'string',
      ),
      { numRuns: 1_000 },
    )
  })

  it('contains the facts that a person needs', () => {
    expect(describeUnknown(new Error('outer', { cause: new TypeError('inner') }))).toBe(
      'outer; caused by TypeError: inner',
    )
    expect(describeUnknown(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }))).toBe(
      'refused (ECONNREFUSED)',
    )
    expect(describeUnknown(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }))).toBe('EIO: i/o error')
    expect(describeUnknown({ _tag: 'Declined', cause: new Error('inner'), at: new Date(0) })).toBe(
      '{"_tag":"Declined","cause":"inner","at":"1970-01-01T00:00:00.000Z"}',
    )
    expect(describeUnknown(new AggregateError([new Error('one'), new Error('two')]))).toBe('one; two')
    class NotSent extends Error {
      readonly _tag = 'NotSent'
      override readonly name = 'NotSent'
      readonly code = 'EMAIL'
      readonly facts: object
      constructor(message: string, facts: object, cause: unknown) {
        super(message, { cause })
        this.facts = facts
      }
    }
    const refused = new NotSent('the mail was refused', { to: 'ada', tries: 3n }, new Error('no route'))
    expect(describeUnknown(refused)).toBe(
      'NotSent: the mail was refused (EMAIL) {"_tag":"NotSent","facts":{"to":"ada","tries":3n}}; caused by no route',
    )
    expect(describeUnknown(new Error('outer', { cause: refused }))).toContain('; caused by NotSent: the mail')
    // The tag as a member of the class, without any other field.
    class Declined extends Error {
      get _tag() {
        return 'Declined'
      }
    }
    expect(describeUnknown(new Declined('no money'))).toBe('no money {"_tag":"Declined"}')
    const hostile = Object.defineProperty(new Declined('no money'), 'amount', { enumerable: true, get: throwing })
    expect(describeUnknown(hostile)).toBe('no money {"_tag":"Declined","amount":a value that cannot be shown as text}')
    // The fields of any other error are those of a library.
    expect(describeUnknown(Object.assign(new Error('refused'), { severity: 'ERROR', line: 3 }))).toBe('refused')
    expect(describeUnknown({ message: 'said' })).toBe('said')
    expect(describeUnknown('said')).toBe('said')
    expect(describeUnknown(undefined)).toBe('undefined')
    expect(describeUnknown(revoked({}))).toBe('a value that cannot be shown as text')
  })
})

describe('a safe logger', () => {
  it('never throws, and forwards its lines', () => {
    const said: Array<unknown> = []
    const logger = Logger.safe({
      debug: throwing,
      info: throwing,
      warn: throwing,
      error: (message, facts) => {
        said.push([message, facts])
        throw new Error('the disk is full')
      },
    })
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level]('it happened', { n: 1 })
    expect(said).toEqual([['it happened', { n: 1 }]])
  })
})
