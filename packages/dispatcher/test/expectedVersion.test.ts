import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { add, counter } from './counter.ts'

const make = (store = makeMemoryStore()) => makeDispatcher({ store, aggregates: [counter] })

const conflict = (expected: unknown, actual: number) =>
  E.left({ _tag: 'VersionConflict', stream: 'counter-a', expected, actual })

describe('a caller that names its expected version', () => {
  it.each([
    ['noStream' as const, 0],
    ['any' as const, 0],
    [0, 0],
    ['streamExists' as const, 1],
    ['any' as const, 1],
    [1, 1],
  ])('gets a decision when it expects %s and there are %d events', async (expected, events) => {
    const one = make()
    for (let i = 0; i < events; i++) await one.dispatch(add('a', 1))()
    expect(await one.dispatch(add('a', 1), { expected })()).toMatchObject({ right: { version: events + 1 } })
  })

  it.each([
    ['streamExists' as const, 0],
    [1, 0],
    ['noStream' as const, 2],
    [1, 2],
    [3, 2],
  ])('is refused when it expects %s and there are %d events, and nothing is written', async (expected, events) => {
    const one = make()
    for (let i = 0; i < events; i++) await one.dispatch(add('a', 1))()
    expect(await one.dispatch(add('a', 1), { expected })()).toEqual(conflict(expected, events))
    expect(await one.load(counter, 'a')()).toMatchObject({ right: { version: events } })
  })

  it('is refused with the version of the store, when the cache is behind', async () => {
    const store = makeMemoryStore()
    const [one, other] = [make(store), make(store)]
    await one.dispatch(add('a', 1))()
    await other.dispatch(add('a', 1))()
    expect(await one.dispatch(add('a', 1), { expected: 1 })()).toEqual(conflict(1, 2))
    await other.dispatch(add('a', 1))()
    expect(await one.dispatch(add('a', 1), { expected: 3 })()).toMatchObject({ right: { version: 4 } })
  })

  it('wins alone among many that expect the same version, in one process or in two', async () => {
    const store = makeMemoryStore()
    const [one, other] = [make(store), make(store)]
    await one.dispatch(add('a', 1))()
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? one : other).dispatch(add('a', 1), { expected: 1 })()),
    )
    expect(results.filter(E.isRight)).toHaveLength(1)
    for (const result of results) if (E.isLeft(result)) expect(result).toEqual(conflict(1, 2))
  })

  it('gets the first result of a handled command, at any later version of the stream', async () => {
    const one = make()
    await one.dispatch(add('a', 1), { expected: 'noStream', commandId: '1' })()
    await one.dispatch(add('a', 1))()
    const again = await one.dispatch(add('a', 1), { expected: 'noStream', commandId: '1' })()
    expect(again).toMatchObject({ right: { version: 1, duplicate: true } })
  })

  it('gets InvalidInput when the expected version is invalid', async () => {
    // A caller without types.
    expect(await make().dispatch(add('a', 1), { expected: -1 })()).toMatchObject({
      left: { _tag: 'InvalidInput', what: 'expected' },
    })
  })
})
