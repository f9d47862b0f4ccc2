import type { Lease } from '@foldlog/core/store'
import type { FreshStore } from './attack/freshStore.ts'
import { right } from './fixtures.ts'

export const hour = 3_600_000

/** Handlers in the first generation, and their members, in the store that a test has then. */
export const handlerCalls = (store: () => FreshStore['store']) => ({
  register: (name: string, partitions: number) =>
    right(store().register({ name, generation: 1, partitions, start: 0 })),

  heartbeat: async (name: string, member: string, leaseTime = hour): Promise<ReadonlyArray<Lease>> => {
    const asked = { name, generation: 1, member, leaseTime, capacity: 100, report: null }
    return (await right(store().heartbeat([asked])))[0]?.leases ?? []
  },
})
