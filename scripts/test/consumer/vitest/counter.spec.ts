import { makeMemoryStore } from '@foldlog/memory-store'
import { expect, test } from 'vitest'
import { check, count } from './counter'

test('keeps its rules', check)

test('counts', async () => {
  const refused = { _tag: 'Left', left: { _tag: 'BelowZero', by: 1 } }
  const counted = await count(makeMemoryStore())
  expect(counted).toMatchObject({ _tag: 'Right', right: { refused, views: [['counter-a', { sum: 42 }]] } })
})
