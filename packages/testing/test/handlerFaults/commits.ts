import type { DocumentChange } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import {
  broken,
  each,
  type HandlerFault,
  lastLeases,
  nextMacrotask,
  onCommits,
  onLeases,
  onOutcomes,
  withoutFencing,
} from './HandlerFault.ts'

const onChanges = (change: (one: DocumentChange) => DocumentChange) =>
  onCommits((work) => ({ ...work, changes: each(work.changes, change) }))

export const commitFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'writes documents without the checkpoint',
    caughtBy: 'commits: a commit writes documents and the checkpoint together',
    says: 'the page',
    make: onCommits((work) => ({ ...work, position: 0 })),
  },
  {
    fault: 'stores an empty text as null',
    caughtBy: 'commits: a committed JSON value comes back unchanged',
    says: 'document 5',
    make: onChanges((one) => (one.data === '' ? { ...one, data: null } : one)),
  },
  {
    fault: 'stores times to the second',
    caughtBy: 'commits: a committed date comes back unchanged',
    says: 'the dates',
    make: onChanges((one) =>
      one.due === undefined ? one : { ...one, due: new Date(Math.floor(one.due.getTime() / 1_000) * 1_000) },
    ),
  },
  {
    fault: 'removes nothing',
    caughtBy: 'commits: a commit replaces and removes documents',
    says: 'the views',
    make: onCommits((work) => ({ ...work, changes: work.changes.filter(({ data }) => data !== undefined) })),
  },
  {
    fault: 'keeps a requested action that was answered',
    caughtBy: 'commits: a commit that writes a document clears its requested action and its due time',
    says: 'due and requested action',
    make: broken((store) => {
      const actions = new Map<string, string>()
      return {
        requestAction: (document, action) => {
          actions.set(document.key, action)
          return store.requestAction(document, action)
        },
        getDocuments: (of, keys) =>
          TE.Functor.map(store.getDocuments(of, keys), (found) =>
            found.map((document) => ({
              ...document,
              requestedAction: actions.get(document.key) ?? document.requestedAction,
            })),
          ),
      }
    }),
  },
  {
    fault: 'always reports revision 0',
    caughtBy: 'commits: every commit raises the revision by one',
    says: 'the revision',
    make: broken(onLeases((lease) => ({ ...lease, revision: 0 }))),
  },
  {
    fault: 'checks neither epoch nor revision',
    caughtBy: 'commits: a commit with another epoch or revision',
    says: '{"epoch":2}',
    make: broken(withoutFencing),
  },
  {
    fault: 'fences a repeated commit',
    caughtBy: 'commits: a repeated commit is committed',
    says: 'the second',
    make: broken((store) => {
      const sent = new Set<string>()
      return {
        commit: (commits) => async () => {
          const outcomes = await store.commit(commits)()
          const isNew = commits.map((work) => !sent.has(JSON.stringify(work)))
          for (const work of commits) sent.add(JSON.stringify(work))
          return E.Functor.map(outcomes, (all) => all.map((one, i) => (isNew[i] ? one : ('fenced' as const))))
        },
      }
    }),
  },
  {
    fault: 'writes a repeated commit twice',
    caughtBy: 'commits: a commit that is sent 8 more times at once is written once',
    says: 'the next revision',
    make: broken((store) => {
      const times = new Map<string, number>()
      return {
        commit: (commits) =>
          store.commit(
            each(commits, (work) => {
              const sent = times.get(JSON.stringify(work)) ?? 0
              times.set(JSON.stringify(work), sent + 1)
              return { ...work, revision: work.revision + sent }
            }),
          ),
      }
    }),
  },
  {
    fault: 'accepts a different commit under a used revision as a repetition',
    caughtBy: 'commits: a commit of other work under a used revision is fenced',
    says: 'other work',
    make: broken((store) => {
      const { of, heartbeat, commit } = lastLeases(store)
      return {
        heartbeat,
        commit: (commits) =>
          TE.Functor.map(commit(commits), (outcomes) =>
            outcomes.map((outcome, i) => {
              const [work] = commits.slice(i)
              const used = work !== undefined && of(work)?.revision === work.revision + 1
              return used ? ('committed' as const) : outcome
            }),
          ),
      }
    }),
  },
  {
    fault: 'writes the commit of a member whose partition was taken',
    caughtBy: 'commits: a commit after a takeover is fenced as a whole',
    says: 'the work of the first',
    make: broken(withoutFencing),
  },
  {
    fault: 'fences all commits of a call when one is fenced',
    caughtBy: 'commits: the commits of one call are independent of each other',
    says: 'outcomes',
    make: onOutcomes((outcomes) => (outcomes.includes('fenced') ? outcomes.map(() => 'fenced' as const) : outcomes)),
  },
  {
    fault: 'writes 5,000 changes and silently drops the rest',
    caughtBy: 'commits: a commit writes 10,000 documents at once, and removes them',
    says: 'how many are read at once',
    make: onCommits((work) => ({ ...work, changes: work.changes.slice(0, 5_000) })),
  },
  {
    fault: 'reads its input later than the call',
    caughtBy: 'commits: a commit keeps the values that it had when it was called',
    says: 'the view',
    make: broken((store) => ({
      commit: (commits) => async () => {
        await nextMacrotask()
        return store.commit(commits)()
      },
    })),
  },
]
