import type { DocumentChange, DocumentKind, HandlerDocument } from '@foldlog/core'
import { either as E, taskEither as TE } from 'fp-ts'
import { aMoment, broken, type HandlerFault, onLeases } from './HandlerFault.ts'

/** Gives every member the epoch that the partitions have now, as if it had not risen. */
const keepsLeases = broken((store) => {
  let risen = 0
  return {
    setBack: (of, position) =>
      TE.Functor.map(store.setBack(of, position), (furthest) => {
        risen++
        return furthest
      }),
    commit: (commits) => async () => {
      const outcomes = await store.commit(commits)()
      if (risen === 0 || E.isLeft(outcomes) || !outcomes.right.includes('fenced')) return outcomes
      return store.commit(commits.map((one) => ({ ...one, epoch: one.epoch + risen })))()
    },
  }
})

/** Writes the documents of a kind, as they were before, once more when it has set back. */
const rewrites = (kind: DocumentKind, change: (document: HandlerDocument) => DocumentChange) =>
  broken((store) => ({
    setBack: (of, position) => async () => {
      const all = await store.listDocuments({ ...of, kind })()
      const outcome = await store.setBack(of, position)()
      const beat = { ...of, member: 'nobody', leaseTime: 1_000, capacity: 100, report: null }
      const answers = await store.heartbeat([beat])()
      if (E.isLeft(all) || E.isLeft(answers)) return outcome
      const leases = answers.right.flatMap((answer) => answer.leases)
      for (const lease of leases) {
        const own = all.right.documents.filter((one) => one.partition === lease.partition)
        await store.commit([{ ...lease, changes: own.map(change) }])()
      }
      await store.release(leases)()
      return outcome
    },
  }))

export const setBackFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'keeps the anchor of where a checkpoint was',
    caughtBy: 'set back: moves the partitions',
    says: 'the checkpoints',
    make: broken(
      onLeases((lease) => (lease.position === 7 && lease.anchor !== null ? { ...lease, anchor: null } : lease)),
    ),
  },
  {
    fault: 'says where it is set back to, and not how far it was',
    caughtBy: 'set back: moves the partitions',
    says: 'how far the furthest was',
    make: broken((store) => ({
      setBack: (of, position) => TE.Functor.map(store.setBack(of, position), (from) => Math.min(from, position)),
    })),
  },
  {
    fault: 'sets back beside leases that stay',
    caughtBy: 'set back: ends every lease',
    says: 'work on partition',
    make: keepsLeases,
  },
  {
    fault: 'keeps what is parked, though its events are read again',
    caughtBy: 'set back: forgets stops',
    says: 'the documents',
    make: rewrites('parked', ({ kind, key, data }) => ({ kind, key, data })),
  },
  {
    fault: 'forgets all that is done beyond checkpoints, so that it is done twice',
    caughtBy: 'set back: forgets stops',
    says: 'the documents',
    make: rewrites('ahead', ({ kind, key }) => ({ kind, key })),
  },
  {
    fault: 'sets all generations back',
    caughtBy: 'set back: is of one generation',
    says: 'where they are',
    make: broken((store) => ({
      setBack: (of, position) => async () => {
        const outcome = await store.setBack(of, position)()
        const all = await store.generations()
        if (E.isLeft(all)) return outcome
        for (const one of all.right) if (one.name === of.name) await store.setBack(one, position)()
        return outcome
      },
    })),
  },
  {
    fault: 'gives leases of what is frozen when it is set back',
    caughtBy: 'set back: leaves a generation that is frozen',
    says: 'leases of the frozen one',
    make: broken((store) => ({
      setBack: (of, position) => async () => {
        const outcome = await store.setBack(of, position)()
        await store.rollBack(of)()
        return outcome
      },
    })),
  },
  {
    fault: 'answers before it has set back',
    caughtBy: 'set back: comes before or after a commit',
    says: 'the checkpoints',
    make: broken((store) => ({
      setBack: (of, position) => async () => {
        void aMoment().then(store.setBack(of, position))
        return E.right(position)
      },
    })),
  },
  {
    fault: 'sets back what is not there',
    caughtBy: 'set back: is refused',
    says: 'expected an error',
    make: broken((store) => ({ setBack: (of, position) => TE.orElse(() => TE.right(0))(store.setBack(of, position)) })),
  },
]
