import { expect, it } from '@jest/globals'
import { allowManyListeners } from '../../src/internal/async/allowManyListeners.ts'

/** Where Node keeps the limit of a target. `getMaxListeners` of Node 20 throws for a limit of 0. */
const limitOf = (signal: AbortSignal): unknown => {
  const key = Object.getOwnPropertySymbols(signal).find(({ description }) => /max.*listeners$/i.test(description ?? ''))
  return key === undefined ? undefined : Reflect.get(signal, key)
}

it('takes the limit off the signals of Node', () => {
  const [one, other, limited] = [new AbortController(), new AbortController(), new AbortController()]
  allowManyListeners(one.signal, other.signal)
  expect([one, other, limited].map(({ signal }) => limitOf(signal))).toEqual([0, 0, 10])
})

it('leaves alone what is no signal of Node', () => {
  // As that of jsdom.
  expect(() => allowManyListeners({ aborted: false } as AbortSignal)).not.toThrow()
})
