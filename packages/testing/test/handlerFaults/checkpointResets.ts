import type { DocumentChange, DocumentKind, HandlerDocument, HandlerRef, SetBack } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { revisionsOf, setsBackAnyway } from '../setsBackAnyway.ts'
import { broken, type HandlerFault, nextMacrotask, onLeases } from './HandlerFault.ts'

/** The generation that the laws reset: the first that is named. */
const refOf = ({ name, partitions: [first] }: SetBack): HandlerRef => ({ name, generation: first?.generation ?? 0 })

/** Reports to every member the epoch that the partitions have now, as if it had not risen. */
const keepsLeases = broken((store) => {
  let risen = 0
  return {
    resetCheckpoints: (asked) =>
      TE.Functor.map(store.resetCheckpoints(asked), (furthest) => {
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

/** Writes the former documents of a kind once more after the reset. */
const rewrites = (kind: DocumentKind, change: (document: HandlerDocument) => DocumentChange) =>
  broken((store) => ({
    resetCheckpoints: (asked) => async () => {
      const of = refOf(asked)
      const all = await store.listDocuments({ ...of, kind })()
      const outcome = await store.resetCheckpoints(asked)()
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
    fault: 'keeps the old anchor after a checkpoint was reset',
    caughtBy: 'checkpoint resets: a reset moves the partitions beyond the position',
    says: 'the checkpoints',
    make: broken(
      onLeases((lease) => (lease.position === 7 && lease.anchor !== null ? { ...lease, anchor: null } : lease)),
    ),
  },
  {
    fault: 'reports the position of a reset instead of how far the generation was',
    caughtBy: 'checkpoint resets: a reset moves the partitions beyond the position',
    says: 'how far the furthest was',
    make: broken((store) => ({
      resetCheckpoints: (asked) =>
        TE.Functor.map(store.resetCheckpoints(asked), (from) =>
          from === 'changed' ? from : Math.min(from, asked.position),
        ),
    })),
  },
  {
    fault: 'resets checkpoints and keeps the leases valid',
    caughtBy: 'checkpoint resets: a reset ends every lease and fences the work under it',
    says: 'work on partition',
    make: keepsLeases,
  },
  {
    fault: 'keeps parked events whose positions are read again',
    caughtBy: 'checkpoint resets: a reset deletes stops',
    says: 'the documents',
    make: rewrites('parked', ({ kind, key, data }) => ({ kind, key, data })),
  },
  {
    fault: 'deletes parked inputs, which no log has',
    caughtBy: 'checkpoint resets: a reset keeps parked inputs',
    says: 'the parked documents',
    make: rewrites('parked', ({ kind, key }) => ({ kind, key })),
  },
  {
    fault: 'deletes all notes of events handled beyond checkpoints, so that they are handled twice',
    caughtBy: 'checkpoint resets: a reset deletes stops',
    says: 'the documents',
    make: rewrites('gaps', ({ kind, key }) => ({ kind, key })),
  },
  {
    fault: 'resets all generations',
    caughtBy: 'checkpoint resets: a reset concerns one generation of one handler',
    says: 'where they are',
    make: broken((store) => ({
      resetCheckpoints: (asked) => async () => {
        const outcome = await store.resetCheckpoints(asked)()
        const partitions = await revisionsOf(store, asked.name)
        if (outcome._tag === 'Right') await store.resetCheckpoints({ ...asked, partitions })()
        return outcome
      },
    })),
  },
  {
    fault: 'grants leases of a frozen generation after a reset',
    caughtBy: 'checkpoint resets: a reset leaves a frozen generation frozen',
    says: 'leases of the frozen one',
    make: broken((store) => ({
      resetCheckpoints: (asked) => async () => {
        const outcome = await store.resetCheckpoints(asked)()
        await store.rollBack(refOf(asked))()
        return outcome
      },
    })),
  },
  {
    fault: 'answers before the reset is done',
    caughtBy: 'checkpoint resets: a reset comes before or after a commit',
    says: 'the result during commits',
    make: broken((store) => ({
      resetCheckpoints: (asked) => async () => {
        void nextMacrotask().then(store.resetCheckpoints(asked))
        return E.right(asked.position)
      },
    })),
  },
  {
    fault: 'resets partitions that changed since the position was computed',
    caughtBy: 'checkpoint resets: a reset changes nothing when a partition has changed since the position was computed',
    says: 'what it says after a commit',
    make: broken(setsBackAnyway),
  },
  {
    fault: 'checks the partitions and resets them later, without a lock',
    caughtBy: 'checkpoint resets: two equal resets at the same moment take effect once',
    says: 'what they say',
    make: broken((store) => ({
      resetCheckpoints: (asked) => async () => {
        const now = await revisionsOf(store, asked.name)
        if (JSON.stringify(now) !== JSON.stringify(asked.partitions)) return store.resetCheckpoints(asked)()
        await nextMacrotask()
        return setsBackAnyway(store).resetCheckpoints(asked)()
      },
    })),
  },
  {
    fault: 'lets a generation serve again whose documents were made from lost events',
    caughtBy: 'checkpoint resets: after a reset there is no rollback to documents that were made from lost events',
    says: 'expected an error',
    make: broken((store) => ({
      rollBack: (of) => async () => {
        const outcome = await store.rollBack(of)()
        if (E.isRight(outcome)) return outcome
        const known = await store.handlerStatuses()
        const own = E.isRight(known) ? known.right.find((one) => one.name === of.name && one.serves) : undefined
        return own === undefined
          ? outcome
          : E.right({
              ...of,
              partitions: 1,
              start: 0,
              serving: own.generation,
              role: 'returning' as const,
              identity: null,
            })
      },
    })),
  },
  {
    fault: 'resets a generation that does not exist',
    caughtBy: 'checkpoint resets: a reset refuses an unknown handler',
    says: 'expected an error',
    make: broken((store) => ({
      resetCheckpoints: (asked) =>
        TE.orElse(() => TE.right<never, number | 'changed'>(0))(store.resetCheckpoints(asked)),
    })),
  },
]
