import type { Json } from '@foldlog/core'
import type { Lease } from '@foldlog/core/store'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  commit,
  commitOf,
  firstLease,
  freshName,
  maxCommitPosition,
  registerHandler,
  sendHeartbeat,
  view,
  viewsOf,
} from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const numbered = (count: number) => Array.from({ length: count }, (_, i) => i)

/** The owner of each partition and epoch. A second owner is the failure that these laws look for. */
const makeRecord = () => {
  const holders = new Map<string, string>()
  return {
    note: (member: string, leases: ReadonlyArray<Lease>): void => {
      for (const { partition, epoch } of leases) {
        const place = `partition ${partition} in epoch ${epoch}`
        const holder = holders.get(place)
        if (holder !== undefined && holder !== member) fail(`${place} is both ${holder}’s and ${member}’s`)
        holders.set(place, member)
      }
    },
    size: () => holders.size,
  }
}

const numberIn = (value: Json | undefined): number => (typeof value === 'number' ? value : 0)

/**
 * Counts up in the document of a partition, at most three times for each lease, from the value read after the lease was
 * granted.
 */
const countUp = async (
  store: CompleteHandlerStore,
  { name }: { readonly name: string },
  lease: Lease,
): Promise<number> => {
  const key = `counter ${lease.partition}`
  const [document] = await right(store.getDocuments({ name, kind: 'view' }, [key]))
  let done = 0
  for (const i of numbered(3)) {
    const work = commitOf(
      lease,
      [view(key, numberIn(document?.data) + i + 1)],
      Math.min(lease.position + i + 1, maxCommitPosition),
    )
    if ((await commit(store, { ...work, revision: lease.revision + i })) === 'fenced') return done
    done++
  }
  return done
}

export const races = groupOf('races', [
  law('8 members that race for released partitions leave each with one owner, 100 times', async ({ store }) => {
    const of = await registerHandler(store, 4)
    const record = makeRecord()
    for (const _ of numbered(100)) {
      const members = numbered(8).map(() => freshName('member'))
      const answers = await Promise.all(members.map((member) => sendHeartbeat(store, of, member)))
      for (const [i, member] of members.entries()) record.note(member, answers[i]?.leases ?? [])
      const taken = answers.flatMap(({ leases }) => leases)
      expectEqual(taken.map(({ partition }) => partition).toSorted(), [0, 1, 2, 3], 'the partitions that were taken')
      await right(store.release(taken))
      await Promise.all(members.map((member) => sendHeartbeat(store, of, member, { capacity: 0 })))
    }
    expectEqual(record.size(), 400, 'how many epochs of partitions there were')
  }),

  law('8 members whose leases expire at once leave each epoch with one owner', async ({ store }) => {
    const of = await registerHandler(store, 4)
    const record = makeRecord()
    await Promise.all(
      numbered(8).map(async () => {
        const member = freshName('member')
        for (const _ of numbered(100))
          record.note(member, (await sendHeartbeat(store, of, member, { leaseTime: 1 })).leases)
      }),
    )
    expectTrue(record.size() > 8, `only ${record.size()} takeovers: nothing was raced for`)
  }),

  law('commits that race with takeovers never lose or double a step', async ({ store, other, until }) => {
    const of = await registerHandler(store, 3)
    const key = (partition: number) => `counter ${partition}`
    const slow = firstLease(await sendHeartbeat(store, of, freshName('member'), { leaseTime: 1, capacity: 1 }))
    let [steps, overtaken] = [0, false]
    const race = numbered(6).map(async (i) => {
      const handle = i % 2 === 0 ? store : other
      const member = freshName('member')
      for (const round of numbered(10_000)) {
        const { leases } = await sendHeartbeat(handle, of, member, { leaseTime: 1 })
        const done = await Promise.all(leases.map((lease) => countUp(handle, of, lease)))
        steps += done.reduce((sum, count) => sum + count, 0)
        if (overtaken && round >= 30) return
        // A store that never waits leaves no turn to the others.
        if (round >= 30) await new Promise((resolve) => setTimeout(resolve, 1))
      }
    })
    const pause = async () => {
      await until('another member takes the partition of a paused one', async () => {
        const [known] = (await right(store.handlerStatuses)).filter(({ name }) => name === of.name)
        return (known?.partitions[slow.partition]?.epoch ?? 0) > slow.epoch
      })
      // A worker that resumes after a pause goes on with its old lease: here at the worst moment, as if nothing had
      // happened meanwhile.
      expectEqual(
        await commit(other, commitOf(slow, [view(key(slow.partition), 1)])),
        'fenced',
        'the work of a paused member',
      )
      overtaken = true
    }
    await Promise.all([
      ...race,
      pause().finally(() => {
        overtaken = true
      }),
    ])
    const counters = Object.values(await viewsOf(store, of)).map(numberIn)
    expectEqual(
      counters.reduce((sum, count) => sum + count, 0),
      steps,
      'what the counters say',
    )
    expectTrue(steps > 0, 'nothing was committed')
  }),

  law('commits on many partitions in any order end without deadlock', async ({ store }) => {
    const of = await registerHandler(store, 16)
    const { leases } = await sendHeartbeat(store, of, freshName('member'))
    const works = leases.map((lease) => commitOf(lease, [view(`${lease.partition}`, lease.partition)]))
    const outcomes = await Promise.all(
      numbered(8).map((i) => right(store.commit(i % 2 === 0 ? works : works.toReversed()))),
    )
    expectEqual(new Set(outcomes.flat()), new Set(['committed']), 'the outcomes')
    expectEqual(Object.keys(await viewsOf(store, of)).length, 16, 'how many documents there are')
  }),
])
