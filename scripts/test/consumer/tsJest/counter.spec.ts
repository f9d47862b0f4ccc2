import { makeMemoryStore } from '@foldlog/memory-store'
import { check, count } from './counter'

test('keeps its rules', check)

test('counts', async () => {
  const refused = { _tag: 'Left', left: { _tag: 'BelowZero', by: 1 } }
  const counted = await count(makeMemoryStore())
  expect(counted).toMatchObject({ _tag: 'Right', right: { refused, views: [['counter-a', { sum: 42 }]] } })
})

test('does what is due now under fake timers', async () => {
  jest.useFakeTimers()
  const counted = await count(makeMemoryStore())
  expect(counted).toMatchObject({ _tag: 'Right', right: { views: [['counter-a', { sum: 42 }]] } })
  jest.useRealTimers()
})
