import type { Json } from '@foldlog/core'
import type { Lease } from '@foldlog/core/store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { failAtCommit, lost } from './attack/failAtCommit.ts'
import { type FreshStore, freshStore, newEvent, streamName, until } from './attack/freshStore.ts'
import { killBackendsWhile } from './attack/killBackendsWhile.ts'
import { right } from './fixtures.ts'
import { handlerCalls, hour } from './handlerFixtures.ts'

let fresh: FreshStore

beforeEach(async () => {
  // A statement that the driver loses is sent again long before the timeout.
  fresh = await freshStore(undefined, { retryTimeout: 40_000, statementTimeout: 5_000 })
  // A checkpoint does not go beyond the last event.
  const events = Array.from({ length: 1_000 }, () => newEvent())
  await right(fresh.store.append({ stream: streamName('s-1'), expected: 'any', events }))
})

afterEach(() => fresh.close())

const { register, heartbeat } = handlerCalls(() => fresh.store)

const numberIn = (data: Json | undefined): number => (typeof data === 'number' ? data : 0)

const counters = async (name: string): Promise<number> => {
  const { documents } = await right(fresh.store.listDocuments({ name, kind: 'view' }))
  return documents.reduce((sum, { data }) => sum + numberIn(data), 0)
}

describe('killed backends', () => {
  it('count every step once in the middle of commits', async () => {
    const { store } = fresh
    await register('counters', 8)
    const leases = await heartbeat('counters', 'member')
    let [committed, over] = [0, false]
    const killing = killBackendsWhile(fresh, { every: 20, done: () => committed, over: () => over })
    await Promise.all(
      leases.map(async (lease) => {
        for (let step = 1; step <= 100; step++) {
          const changes = [{ kind: 'view', key: `${lease.partition}`, data: step } as const]
          const work = { ...lease, revision: step - 1, position: step, changes }
          expect(await right(store.commit([work]))).toEqual(['committed'])
          committed++
        }
      }),
    )
    over = true
    expect(await killing).toBeGreaterThan(10)
    expect(await counters('counters')).toBe(800)
  })

  it('lose and duplicate nothing in the middle of takeovers, and no epoch has two holders', async () => {
    const { store } = fresh
    await register('raced', 4)
    const holders = new Map<string, string>()
    let [beats, steps, over] = [0, 0, false]
    const killing = killBackendsWhile(fresh, { every: 20, done: () => beats, over: () => over })
    const workOn = async (member: string, lease: Lease): Promise<void> => {
      const place = `${lease.partition} in ${lease.epoch}`
      expect([place, holders.get(place) ?? member]).toEqual([place, member])
      holders.set(place, member)
      const key = `${lease.partition}`
      const [document] = await right(store.getDocuments({ name: 'raced', kind: 'view' }, [key]))
      const changes = [{ kind: 'view', key, data: numberIn(document?.data) + 1 } as const]
      const [outcome] = await right(store.commit([{ ...lease, position: lease.position + 1, changes }]))
      if (outcome === 'committed') steps++
    }
    await Promise.all(
      ['a', 'b', 'c', 'd', 'e', 'f'].map(async (member) => {
        for (let i = 0; i < 30; i++) {
          for (const lease of await heartbeat('raced', member, 1)) await workOn(member, lease)
          beats++
        }
      }),
    )
    over = true
    expect(await killing).toBeGreaterThan(3)
    // Each written commit has raised the revision and the counter by one. A few were reported as fenced nevertheless:
    // those that were sent again because their answer was lost, and met the next holder.
    let leases: ReadonlyArray<Lease> = []
    await until(async () => {
      leases = await heartbeat('raced', 'last')
      return leases.length === 4
    })
    const revisions = leases.reduce((sum, { revision }) => sum + revision, 0)
    expect(await counters('raced')).toBe(revisions)
    expect(steps).toBeGreaterThan(0)
    expect(steps).toBeLessThanOrEqual(revisions)
  })
})

// In the extended protocol the server answers a statement first and commits then.
describe('a store that cannot commit', () => {
  it('acknowledges no work', async () => {
    await register('one', 1)
    const [lease] = await heartbeat('one', 'member')
    if (lease === undefined) throw new Error('no lease')
    await failAtCommit(fresh, 'handler_documents')
    const changes = [{ kind: 'view', key: 'a', data: 1 } as const]
    expect(await fresh.store.commit([{ ...lease, position: 1, changes }])()).toMatchObject(lost)
    expect(await fresh.store.checkpoints(['one'])()).toMatchObject({ right: { positions: { one: 0 } } })
  })

  it('acknowledges no lease', async () => {
    await register('one', 1)
    await failAtCommit(fresh, 'handler_partitions')
    const asked = { name: 'one', generation: 1, member: 'm', leaseTime: hour, capacity: 1, report: null }
    expect(await fresh.store.heartbeat([asked])()).toMatchObject(lost)
    expect(await fresh.store.handlerStatuses()).toMatchObject({ right: [{ partitions: [{ epoch: 0, holder: null }] }] })
  })
})
