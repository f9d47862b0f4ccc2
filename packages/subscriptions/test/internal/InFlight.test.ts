import { expect, it } from '@jest/globals'
import { makeInFlight } from '../../src/internal/async/InFlight.ts'

it('work counts until it has ended, and all of it is waited for', async () => {
  const inFlight = makeInFlight()
  const ends: Array<() => void> = []
  const work = () => new Promise<void>((resolve) => ends.push(resolve))
  const first = inFlight.add(work())
  void inFlight.add(work())
  expect(inFlight.size()).toBe(2)
  ends[0]?.()
  await first
  expect(inFlight.size()).toBe(1)
  let ended = false
  const all = inFlight.ended().then(() => {
    ended = true
  })
  await new Promise(setImmediate)
  expect(ended).toBe(false)
  ends[1]?.()
  await all
  expect(inFlight.size()).toBe(0)
})

it('without work there is nothing to wait for', async () => {
  await makeInFlight().ended()
})
