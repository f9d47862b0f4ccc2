import { makeMemoryStore } from '@foldlog/memory-store'
import { RuntimeStatus } from '@foldlog/subscriptions'
import { expect, it } from '@jest/globals'

it('an append is never open in the memory store, and a stopped store does not say', async () => {
  const store = makeMemoryStore()
  expect(await store.openAppends()).toEqual({ _tag: 'Right', right: [] })
  expect(await RuntimeStatus.read(store)()).toMatchObject({ right: { openAppends: [] } })
  const { openAppends: _, ...withoutThem } = store
  expect(await RuntimeStatus.read(withoutThem)()).toMatchObject({ right: { openAppends: [] } })
  await store.stop()
  expect(await store.openAppends()).toMatchObject({ left: { _tag: 'StoreUnavailable' } })
})
