import type { Lease } from '@foldlog/core/store'
import { expect, it } from '@jest/globals'
import { makeStartedLeases } from '../../src/internal/group/StartedLeases.ts'

const lease = (epoch: number): Lease => ({
  name: 'seer',
  generation: 1,
  partition: 3,
  epoch,
  revision: 0,
  position: 0,
  anchor: null,
  released: true,
})

it('a lease is worked on once in a history', () => {
  const started = makeStartedLeases(() => false)
  expect(started.has(lease(1), 'a')).toBe(false)
  started.add(lease(1), 'a')
  expect(started.has(lease(1), 'a')).toBe(true)
  expect(started.has(lease(2), 'a')).toBe(false)
  started.clear()
  expect(started.has(lease(1), 'a')).toBe(false)
})

it('in another history the same epoch is another lease, unless its partition is open', () => {
  let isOpen = true
  const started = makeStartedLeases((partition) => isOpen && partition === 3)
  started.add(lease(1), 'a')
  expect(started.has(lease(1), 'b')).toBe(true)
  isOpen = false
  expect(started.has(lease(1), 'b')).toBe(false)
})
