import { expect, it } from '@jest/globals'
import { type CoalesceOptions, coalesce } from '../../src/internal/async/coalesce.ts'

/** Lets everything run that can run without a timer. */
const settle = () => new Promise((resolve) => setImmediate(resolve))

/** Sends that end when the test says so, each with its items doubled. */
const sending = (options: Partial<CoalesceOptions<number, number>> = {}) => {
  const sent: Array<ReadonlyArray<number>> = []
  const ends: Array<() => void> = []
  const add = coalesce<number, number>({
    maxInFlight: 1,
    send: async (items) => {
      sent.push(items)
      await new Promise<void>((resolve) => ends.push(resolve))
      return items.map((item) => item * 2)
    },
    ...options,
  })
  return { add, sent, endNext: () => ends.shift()?.() }
}

it('items of one turn leave together, and each gets its own result', async () => {
  const { add, sent, endNext } = sending()
  const results = Promise.all([add(1), add(2), add(3)])
  await settle()
  expect(sent).toEqual([[1, 2, 3]])
  endNext()
  expect(await results).toEqual([2, 4, 6])
})

it('items that arrive while a send is in flight leave together after it', async () => {
  const { add, sent, endNext } = sending()
  const first = add(1)
  await settle()
  const others = Promise.all([add(2), add(3)])
  await settle()
  expect(sent).toEqual([[1]])
  endNext()
  expect(await first).toBe(2)
  await settle()
  expect(sent).toEqual([[1], [2, 3]])
  endNext()
  expect(await others).toEqual([4, 6])
})

it('as many sends are in flight as may be', async () => {
  const { add, sent } = sending({ maxInFlight: 2 })
  for (const item of [1, 2, 3]) {
    void add(item)
    await settle()
  }
  expect(sent).toEqual([[1], [2]])
})

it('no more items leave together than may', async () => {
  const { add, sent, endNext } = sending({ count: () => 2 })
  for (const item of [1, 2, 3]) void add(item)
  await settle()
  endNext()
  await settle()
  expect(sent).toEqual([[1, 2], [3]])
})

it('a send that gathers a whole turn has the items of later microtasks', async () => {
  const { add, sent } = sending({ gather: 'turn' })
  void add(1)
  await Promise.resolve()
  await Promise.resolve()
  void add(2)
  await settle()
  expect(sent).toEqual([[1, 2]])
})

it('when a send throws, its items fail, and later items are sent', async () => {
  const broken = new Error('broken')
  let isBroken = true
  const add = coalesce<number, number>({
    maxInFlight: 1,
    send: async (items) => {
      if (isBroken) throw broken
      return items
    },
  })
  await expect(add(1)).rejects.toBe(broken)
  isBroken = false
  expect(await add(2)).toBe(2)
})
