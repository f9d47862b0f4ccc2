import type { DocumentChange } from '@foldlog/core/store'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  commit,
  commitOf,
  firstLease,
  freshName,
  positionsOf,
  registerHandler,
  sendHeartbeat,
  setBackOf,
  view,
} from './fixtures.ts'
import { law } from './handlerLaw.ts'
import { checkpointsOf, handledUpTo, keysOf, parkedAt, takenPartitions } from './resetFixtures.ts'

export const resetRaces = groupOf('checkpoint resets', [
  law('a reset comes before or after a commit, never in its midst', async ({ store, other }) => {
    for (let i = 0; i < 20; i++) {
      const { of, member, leases } = await handledUpTo(store, [3, 3])
      const asked = await setBackOf(store, of, 2)
      const works = leases.map((lease) => commitOf(lease, [view(`${lease.partition}`)], 10))
      const commits = () => right(store.commit(works))
      const setsBack = () => right(other.resetCheckpoints(asked))
      // A store that handles one request after another gets both orders.
      const [outcomes, set] =
        i % 2 === 0
          ? await Promise.all([commits(), setsBack()])
          : (await Promise.all([setsBack(), commits()])).toReversed()
      if (!Array.isArray(outcomes)) return fail('commits have no outcomes')
      expectTrue(new Set(outcomes).size === 1, `both commits of one call come before or after: ${outcomes}`)
      const written = outcomes[0] === 'committed'
      expectEqual(set, written ? 'changed' : 3, `the result during commits that are ${outcomes[0]}`)
      const positions = checkpointsOf(await takenPartitions(store, of, member)).map(({ position }) => position)
      expectEqual(positions, written ? [10, 10] : [2, 2], `the checkpoints, of commits that are ${outcomes[0]}`)
    }
  }),

  law(
    'a reset changes nothing when a partition has changed since the position was computed',
    async ({ store, other }) => {
      const stop: DocumentChange = { kind: 'stop', key: '0', data: {} }
      const { of, member, leases } = await handledUpTo(store, [3, 10], [stop])
      const first = await setBackOf(store, of, 7)
      const [lease = fail('there is no lease')] = leases
      expectEqual(await commit(store, commitOf(lease, [parkedAt(4)], 4)), 'committed', 'a commit meanwhile')
      expectEqual(await right(store.resetCheckpoints(first)), 'changed', 'what it says after a commit')
      const second = await setBackOf(store, of, 7)
      const [one, ...others] = second.partitions
      const next = await registerHandler(store, 1, { name: of.name, generation: 2 })
      const unlike = [
        { ...second, partitions: others },
        { ...second, partitions: second.partitions.map((partition) => ({ ...partition, generation: 3 })) },
        { ...second, partitions: [...second.partitions, { generation: 2, partition: 0, epoch: 0, revision: 1 }] },
        { ...second, partitions: [{ ...(one ?? fail('there is no partition')), revision: 0 }, ...others] },
      ]
      for (const asked of unlike)
        expectEqual(await right(store.resetCheckpoints(asked)), 'changed', 'what it says of other partitions')
      expectEqual(
        await keysOf(store, of, ['stop', 'parked']),
        [
          ['stop', ['0']],
          ['parked', ['4']],
        ],
        'the documents',
      )
      expectEqual(
        (await takenPartitions(store, of, member)).map(({ position, epoch }) => [position, epoch]),
        leases.map(({ position, epoch }, i) => [i === 0 ? 4 : position, epoch]),
        'the leases',
      )
      expectEqual(await right(store.resetCheckpoints(second)), 10, 'how far it was')
      const counts = (await right(store.generations)).filter(({ name }) => name === of.name)
      expectEqual(
        counts.map(({ checkpointResets }) => checkpointResets),
        [1, 0],
        'how often the generations were set back',
      )
      // The partition continues, and passes the position again.
      for (const again of await takenPartitions(store, of, member)) await commit(store, commitOf(again, [], 9))
      expectEqual(await right(other.resetCheckpoints(second)), 'changed', 'what it says the second time')
      expectEqual(await positionsOf(store, [of.name]), { [of.name]: 9 }, 'where it goes on')
      expectEqual(
        await commit(store, commitOf(firstLease(await sendHeartbeat(store, next, freshName('member'))), [])),
        'committed',
        'work',
      )
    },
  ),

  law('two equal resets at the same moment take effect once', async ({ store, other }) => {
    for (let i = 0; i < 20; i++) {
      const { of, member, leases } = await handledUpTo(store, [3, 10])
      const asked = await setBackOf(store, of, 7)
      const outcomes = await Promise.all([store, other, store, other].map((one) => right(one.resetCheckpoints(asked))))
      expectEqual(
        outcomes.toSorted().map((one) => `${one}`),
        ['10', 'changed', 'changed', 'changed'],
        'what they say',
      )
      const now = await takenPartitions(store, of, member)
      expectEqual(
        now.map(({ position, revision }) => [position, revision]),
        leases.map(({ position, revision }) => [Math.min(7, position), revision]),
        'where the partitions are',
      )
    }
  }),
])
