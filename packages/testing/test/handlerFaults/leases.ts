import type { HeartbeatAnswer, Lease } from '@foldlog/core/store'
import { storeUnavailable } from '@foldlog/core/store'
import type { MemoryStore } from '@foldlog/memory-store'
import { either as E, taskEither as TE } from 'fp-ts'
import {
  broken,
  each,
  type HandlerFault,
  type HandlerStoreUnderLaws,
  lastLeases,
  nextMacrotask,
  onHeartbeatAnswers,
  onHeartbeats,
  onLeases,
  withoutFencing,
} from './HandlerFault.ts'

/** As long as the leases of the laws that do not expire. */
const hour = 3_600_000

/** Takes all leases from all members before it answers. */
const givesOutWhatIsHeld = broken((store) => {
  const given: Array<Lease> = []
  return {
    heartbeat: (beats) => async () => {
      await store.release(given)()
      const answers = await store.heartbeat(beats)()
      if (E.isRight(answers)) given.push(...answers.right.flatMap(({ leases }) => leases))
      return answers
    },
  }
})

/** Releases expired leases by itself, so that their holder loses them, or gets another epoch. */
const freesWhatHasRunOut = broken((store) => {
  const held = new Map<string, { readonly until: number; readonly leases: ReadonlyArray<Lease> }>()
  return {
    heartbeat: (beats) => async () => {
      // Runs before the store reads its clock, so that no lease has expired for the store and not for this fault.
      const now = Date.now()
      for (const { member } of beats) {
        const before = held.get(member)
        if (before !== undefined && before.until <= now) await store.release(before.leases)()
      }
      const answers = await store.heartbeat(beats)()
      if (E.isLeft(answers)) return answers
      for (const [i, { member, leaseTime }] of beats.entries()) {
        held.set(member, { until: now + leaseTime, leases: answers.right[i]?.leases ?? [] })
      }
      return answers
    },
  }
})

const oneEpoch = broken(onLeases((lease) => ({ ...lease, epoch: 1 })))

const takesSurplus = (store: MemoryStore): HandlerStoreUnderLaws['heartbeat'] => {
  const takeFrom = async ({ leases, surplus, ...answer }: HeartbeatAnswer): Promise<HeartbeatAnswer> => {
    await store.release(leases.slice(0, surplus))()
    return { ...answer, leases: leases.slice(surplus), surplus: 0 }
  }
  return (beats) => async () => {
    const answers = await store.heartbeat(beats)()
    return E.isLeft(answers) ? answers : E.right(await Promise.all(answers.right.map(takeFrom)))
  }
}

const newEpochs = broken((store) => {
  let asked = 0
  return onLeases((lease) => ({ ...lease, epoch: asked++ }))(store)
})

export const leaseFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'counts epochs from 0',
    caughtBy: 'leases: a member alone gets all partitions',
    says: 'the answer',
    make: broken(onLeases((lease) => ({ ...lease, epoch: lease.epoch - 1 }))),
  },
  {
    fault: 'raises the epoch with every heartbeat',
    caughtBy: 'leases: a repeated heartbeat returns the same leases and epochs',
    says: 'the second answer',
    make: newEpochs,
  },
  {
    fault: 'returns the start of a partition as its checkpoint',
    caughtBy: 'leases: a lease has the checkpoint of its partition',
    says: 'the lease',
    make: broken(onLeases((lease) => ({ ...lease, position: 0 }))),
  },
  {
    fault: 'leaves all partitions to the first member',
    caughtBy: 'leases: 1 to 5 members share the partitions fairly',
    says: 'a member holds',
    make: broken(onHeartbeatAnswers((answer) => ({ ...answer, surplus: 0 }))),
  },
  {
    fault: 'takes surplus partitions from their owner at once',
    caughtBy: 'leases: leases beyond the share are counted as surplus',
    says: 'what the first holds, and its surplus',
    make: broken((store) => ({ heartbeat: takesSurplus(store) })),
  },
  {
    fault: 'counts silent members when it divides partitions',
    caughtBy: 'leases: members that send heartbeats share all partitions',
    says: 'how many each holds',
    make: broken((store) => {
      const seen = new Set<string>()
      const shareOf = (member: string) => Math.ceil(6 / seen.add(member).size)
      return {
        heartbeat: (beats) =>
          store.heartbeat(
            each(beats, (beat) => ({ ...beat, capacity: Math.min(beat.capacity, shareOf(beat.member)) })),
          ),
      }
    }),
  },
  {
    fault: 'returns when the last lease of other members expires, not the first',
    caughtBy: 'leases: a heartbeat returns the time until the first lease of another member expires',
    says: 'the time of the short lease',
    make: broken(
      onHeartbeatAnswers((answer) => ({ ...answer, nextHeartbeatIn: answer.nextHeartbeatIn === null ? null : hour })),
    ),
  },
  {
    fault: 'makes the next heartbeat due at once while any lease has expired',
    caughtBy: 'leases: an expired lease that no member took has no time left',
    says: 'the time',
    make: broken(onHeartbeatAnswers((answer) => ({ ...answer, nextHeartbeatIn: answer.nextHeartbeatIn ?? 0 }))),
  },
  {
    fault: 'lets a member below its share wait for the next regular heartbeat',
    caughtBy: 'leases: a partition that another member has beyond its share makes the next heartbeat due soon',
    says: 'the time when the other holds four of four',
    make: broken(
      onHeartbeatAnswers((answer) => ({
        ...answer,
        nextHeartbeatIn: answer.nextHeartbeatIn === hour / 12 ? hour : answer.nextHeartbeatIn,
      })),
    ),
  },
  {
    fault: 'keeps a share for silent members until their leases expire',
    caughtBy: 'leases: a member that missed a heartbeat',
    says: 'did not come about: nothing is surplus any more',
    make: broken((store) => {
      const ends = new Map<string, number>()
      return {
        heartbeat: (beats) => async () => {
          const answers = await store.heartbeat(beats)()
          if (E.isLeft(answers)) return answers
          const now = Date.now()
          for (const { member, leaseTime } of beats) ends.set(member, now + leaseTime)
          const living = [...ends.values()].filter((end) => end > now).length
          return E.right(
            answers.right.map((answer) => ({
              ...answer,
              surplus: Math.max(answer.surplus, answer.leases.length - Math.ceil(2 / living)),
            })),
          )
        },
      }
    }),
  },
  {
    fault: 'grants more leases than the capacity',
    caughtBy: 'leases: a member gets no more leases than its capacity',
    says: 'what it takes',
    make: onHeartbeats((beat) => ({ ...beat, capacity: 1_024 })),
  },
  {
    fault: 'ignores that a member is leaving',
    caughtBy: 'leases: a member that is leaving has only surplus leases',
    says: 'what the leaving member holds, and its surplus',
    make: onHeartbeats((beat) => ({ ...beat, capacity: Math.max(1, beat.capacity) })),
  },
  {
    fault: 'keeps the epoch when the owner changes',
    caughtBy: 'leases: an expired lease is taken by another member',
    says: 'the epochs',
    make: oneEpoch,
  },
  {
    fault: 'says of every lease that the holder before it released the partition',
    caughtBy: 'leases: a lease says whether the holder before it released the partition',
    says: 'the leases after others that expired',
    make: broken(onLeases((lease) => ({ ...lease, released: true }))),
  },
  {
    fault: 'frees an expired lease that no member took',
    caughtBy: 'leases: an expired lease that no member took is still its holder’s',
    says: 'the leases of the member that returns',
    make: freesWhatHasRunOut,
  },
  {
    fault: 'frees all expired leases when some were taken',
    caughtBy: 'leases: of expired leases that were taken in part',
    says: 'the leases of the member that returns',
    make: freesWhatHasRunOut,
  },
  {
    fault: 'grants leases that another member holds',
    caughtBy: 'leases: a lease that has not expired is not taken',
    says: 'what another gets',
    make: givesOutWhatIsHeld,
  },
  {
    fault: 'releases a partition under any epoch',
    caughtBy: 'leases: a release that is repeated',
    says: 'the lease of the second',
    make: broken((store) => {
      const { of, heartbeat } = lastLeases(store)
      return { heartbeat, release: (leases) => store.release(each(leases, (lease) => of(lease) ?? lease)) }
    }),
  },
  {
    fault: 'fences a member with an expired lease, though no member took the partition',
    caughtBy: 'leases: a holder may commit after its lease expired',
    says: 'a commit before',
    make: broken((store) => ({
      commit: (commits) => async () => {
        const known = await store.handlerStatuses()
        const isLate = (name: string) =>
          E.isRight(known) &&
          known.right.some((one) => one.name === name && one.partitions.every(({ holder }) => holder === null))
        return commits.some(({ name }) => isLate(name))
          ? E.right(commits.map(() => 'fenced' as const))
          : store.commit(commits)()
      },
    })),
  },
  {
    fault: 'answers the heartbeats of a call in another order',
    caughtBy: 'leases: a call with several handlers is answered in order',
    says: 'the partitions',
    make: broken((store) => ({
      heartbeat: (beats) => TE.Functor.map(store.heartbeat(beats), (answers) => answers.toReversed()),
    })),
  },
  {
    fault: 'reports every generation as known',
    caughtBy: 'leases: an answer says whether the generation is known',
    says: 'what is not',
    make: broken(onHeartbeatAnswers((answer) => ({ ...answer, known: true }))),
  },
  {
    fault: 'reports a generation as unknown when other members hold its partitions',
    caughtBy: 'leases: an answer says whether the generation is known',
    says: 'what is registered',
    make: broken(onHeartbeatAnswers((answer) => ({ ...answer, known: answer.leases.length > 0 }))),
  },
  {
    fault: 'grants leases that another member holds when many ask at once',
    caughtBy: 'leases: a member keeps its leases while 8 others send heartbeats at once',
    says: 'the leases',
    make: givesOutWhatIsHeld,
  },
]

export const raceFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'grants a partition to all members that ask at once',
    caughtBy: 'races: 8 members that race for released partitions leave each with one owner',
    says: 'is both',
    make: broken((store) => {
      const now = new Map<string, ReturnType<ReturnType<MemoryStore['heartbeat']>>>()
      return {
        heartbeat: (beats) => () => {
          const [beat] = beats
          if (beats.length !== 1 || beat?.capacity === 0) return store.heartbeat(beats)()
          const answer = now.get(beat?.name ?? '') ?? store.heartbeat(beats)()
          now.set(beat?.name ?? '', answer)
          setTimeout(() => now.clear(), 0)
          return answer
        },
      }
    }),
  },
  {
    fault: 'keeps the epoch when an expired lease changes its owner',
    caughtBy: 'races: 8 members whose leases expire at once leave each epoch with one owner',
    says: 'is both',
    make: oneEpoch,
  },
  {
    fault: 'writes commits of a member that was paused for too long',
    caughtBy: 'races: commits that race with takeovers never lose or double a step',
    says: 'the work of a paused member',
    make: broken(withoutFencing),
  },
  {
    fault: 'fails when a partition is locked',
    caughtBy: 'races: commits on many partitions in any order end without deadlock',
    says: 'expected success',
    make: broken((store) => {
      const busy = new Set<number>()
      return {
        commit: (commits) => async () => {
          const partitions = commits.map(({ partition }) => partition)
          if (partitions.some((one) => busy.has(one))) return E.left(storeUnavailable('deadlock', true, undefined))
          for (const one of partitions) busy.add(one)
          await nextMacrotask()
          for (const one of partitions) busy.delete(one)
          return store.commit(commits)()
        },
      }
    }),
  },
]
