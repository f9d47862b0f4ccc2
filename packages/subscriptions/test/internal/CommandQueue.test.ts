import { expect, it } from '@jest/globals'
import { makeCommandQueue } from '../../src/internal/handlers/CommandQueue.ts'

it('one command of a process is taken at a time, in order', () => {
  const queue = makeCommandQueue<string>()
  queue.add('a', 'a1', 'first')
  queue.add('a', 'a2', 'second')
  expect(queue.takeNext()).toEqual(['a1', 'first'])
  expect(queue.takeNext()).toBeUndefined()
  queue.remove('a1')
  expect(queue.takeNext()).toEqual(['a2', 'second'])
  queue.remove('a2')
  expect([queue.takeNext(), queue.size()]).toEqual([undefined, 0])
})

it('commands of different processes are in flight beside one another', () => {
  const queue = makeCommandQueue<string>()
  queue.add('a', 'a1', 'first')
  queue.add('b', 'b1', 'other')
  expect([queue.takeNext(), queue.takeNext()]).toEqual([
    ['a1', 'first'],
    ['b1', 'other'],
  ])
})

it('a command that is there already is not added again', () => {
  const queue = makeCommandQueue<string>()
  queue.add('a', 'a1', 'first')
  queue.add('a', 'a1', 'again')
  expect(queue.size()).toBe(1)
})

it('a process can begin anew when all its commands were removed', () => {
  const queue = makeCommandQueue<string>()
  queue.add('a', 'a1', 'first')
  queue.takeNext()
  queue.remove('a1')
  queue.add('a', 'a2', 'second')
  expect(queue.takeNext()).toEqual(['a2', 'second'])
})

it('a closed queue hands out nothing, and keeps what waits', () => {
  const queue = makeCommandQueue<string>()
  queue.add('a', 'a1', 'first')
  queue.close()
  expect([queue.takeNext(), queue.size()]).toEqual([undefined, 1])
})
