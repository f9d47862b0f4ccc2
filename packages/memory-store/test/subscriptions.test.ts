import { memoryStore } from '@foldlog/memory-store'
import * as subscriptions from '@foldlog/subscriptions'
import { subscriptionLaws } from '@foldlog/testing'
import { describe, it } from '@jest/globals'

const laws = subscriptionLaws(subscriptions, async () => ({ store: memoryStore() }))

describe('the laws of subscriptions, in memory', () => {
  it.each(laws.map(({ group, name, run }) => ({ title: `${group}: ${name}`, run })))('$title', ({ run }) => run())
})
