import { type HistoryId, LogPosition } from '@foldlog/core'
import type { HandlerCommit, HeartbeatAnswer } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, each, type HandlerFault, onCommits, onLeases, onOutcomes } from './HandlerFault.ts'

const isNamed = (history: unknown): boolean => E.isRight(LogPosition.checkHistory(untyped(history)))

/** A value as a caller without types may pass it. */
const untyped = (value: unknown): never => value as never // On purpose: the store refuses an invalid value.

/** Leaves out a valid history; an invalid one is left to the store, which refuses it. */
const without = <A extends { readonly history?: HistoryId | undefined }>(one: A): A => {
  if (!isNamed(one?.history)) return one
  const { history, ...rest } = one
  return rest as A // `history` may be absent.
}

/** A commit without `sourcePosition` and history. */
const withoutReach = ({ sourcePosition: reach, ...work }: HandlerCommit): HandlerCommit =>
  reach === undefined || isNamed(reach.history) ? work : { ...work, sourcePosition: reach }

/** Checks whether the history of a commit is one of the log before it checks anything else. */
const asksFirst = broken((store) => ({
  commit: (commits) => async () => {
    const outcomes = await store.commit(commits)()
    if (E.isLeft(outcomes)) return outcomes
    const places = await Promise.all(
      commits.map(({ sourcePosition: reach }) => (reach === undefined ? undefined : store.verify(reach)())),
    )
    return E.right(outcomes.right.map((outcome, i) => (places[i]?._tag === 'Left' ? ('rewound' as const) : outcome)))
  },
}))

/** Returns the last written documents, even when they are lost. */
const keepsDocuments = broken((store) => {
  const last = new Map<string, HandlerCommit>()
  return {
    commit: (commits) =>
      TE.Functor.map(store.commit(commits), (outcomes) => {
        for (const [i, work] of commits.entries()) if (outcomes[i] === 'committed') last.set(work.name, work)
        return outcomes
      }),
    listDocuments: (query) =>
      TE.Functor.map(store.listDocuments(query), (page) => ({
        ...page,
        documents: page.documents.map((document) => {
          const change = last.get(query.name)?.changes.find(({ key }) => key === document.key)
          return change?.data === undefined ? document : { ...document, data: change.data }
        }),
      })),
  }
})

export const historyFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'answers heartbeats with a history of the member',
    caughtBy: 'histories: a log that is never rewound has one history',
    says: 'the history that a heartbeat names',
    make: broken((store) => ({
      heartbeat: (beats) =>
        TE.Functor.map(store.heartbeat(beats), (answers) => answers.map((one) => ({ ...one, history: 'of-its-own' }))),
    })),
  },
  {
    fault: 'verifies every place',
    caughtBy: 'histories: a place is verified up to the end of the log',
    says: 'position 1 of 3',
    make: broken((store) => ({
      verify: (place) => TE.orElse(() => TE.right<never, void>(undefined))(store.verify(place)),
    })),
  },
  {
    fault: 'reports an impossible place as a place of another log',
    caughtBy: 'histories: an impossible place is not verified',
    says: 'expected an error',
    make: broken((store) => ({
      commit: (commits) =>
        store.commit(
          each(commits, (work) =>
            work?.sourcePosition === undefined || isNamed(work.sourcePosition.history)
              ? work
              : { ...work, sourcePosition: { ...work.sourcePosition, history: 'none' } },
          ),
        ),
    })),
  },
  {
    fault: 'has no anchor for the start of a handler',
    caughtBy: 'histories: a lease has the last event at or before its checkpoint as its anchor',
    says: 'the anchor where a handler starts',
    make: broken(onLeases((lease) => (lease.revision === 0 ? { ...lease, anchor: null } : lease))),
  },
  {
    fault: 'writes the documents of a commit that it rejects as rewound',
    caughtBy: 'histories: a commit of another log’s history',
    says: 'the state',
    make: broken((store) => ({
      commit: (commits) => async () => {
        const outcomes = await store.commit(commits)()
        if (E.isLeft(outcomes)) return outcomes
        const known = await store.checkpoints(commits.map(({ name }) => name))()
        const late = commits.filter((_, i) => outcomes.right[i] === 'rewound')
        if (E.isRight(known)) {
          const written = late.map((work) => ({
            ...withoutReach(work),
            position: known.right.positions[work.name] ?? 0,
          }))
          await store.commit(written)()
        }
        return outcomes
      },
    })),
  },
  {
    fault: 'does not verify the source of a commit that moves no checkpoint',
    caughtBy: 'histories: a commit that stays at its position',
    says: 'a commit at the checkpoint, of another log',
    make: broken((store) => ({
      commit: (commits) => async () => {
        const known = await store.checkpoints(commits.map(({ name }) => name))()
        const at = (name: string) => (E.isRight(known) ? known.right.positions[name] : undefined)
        return store.commit(commits.map((one) => (one.position === at(one.name) ? withoutReach(one) : one)))()
      },
    })),
  },
  {
    fault: 'verifies the position of a place and not its event',
    caughtBy: 'histories: a place is verified with its event too',
    says: 'another event at 1',
    make: broken((store) => ({
      verify: (place) =>
        store.verify(
          E.isRight(LogPosition.check(place)) ? { position: place.position, history: place.history } : place,
        ),
    })),
  },
  {
    fault: 'verifies the source of a commit before it checks the epoch',
    caughtBy: 'histories: a commit that is fenced or already written is not compared with the history',
    says: 'the same, sent again',
    make: asksFirst,
  },
  {
    fault: 'rejects all commits of a call when one is rewound',
    caughtBy: 'histories: the history of one commit does not affect the others of the call',
    says: 'the outcomes',
    make: onOutcomes((outcomes) => (outcomes.includes('rewound') ? outcomes.map(() => 'rewound' as const) : outcomes)),
  },
  {
    fault: 'compares positions of views across histories',
    caughtBy: 'histories: the history of another log makes the views of an append stale',
    says: 'expected an error',
    make: broken((store) => ({
      appendWithViews: (appends, views) => store.appendWithViews(appends, each(views, without)),
    })),
  },
  {
    fault: 'verifies only the position',
    caughtBy: 'histories: a rewind leaves the places of the shared log valid',
    says: 'position 5 of 7',
    make: broken((store) => ({
      verify: (place) => async () => {
        const [outcome, head] = [await store.verify(place)(), await store.settledPosition()]
        const isWithin = E.isRight(head) && place?.position <= head.right
        return isWithin && E.isLeft(outcome) && outcome.left._tag === 'LogRewound' ? E.right(undefined) : outcome
      },
    })),
  },
  {
    fault: 'keeps the documents of its handlers when the log goes back',
    caughtBy: 'histories: a rewind takes the checkpoints and documents back too',
    says: 'the state after the rewind',
    make: keepsDocuments,
  },
  {
    fault: 'verifies only the position of a commit, not its history',
    caughtBy: 'histories: a commit made from lost events is refused',
    says: 'made from what is gone',
    make: onCommits(withoutReach),
  },
  {
    fault: 'reuses the epochs of a lost log',
    caughtBy: 'histories: a lease from before a rewind is fenced',
    says: 'a lease that is gone',
    make: broken((store) => {
      // The memory store adds a multiple of this in each history after the first.
      const first = (epoch: number): number => epoch % 1_000_000
      return {
        heartbeat: (heartbeats) => async () => {
          const answers = await store.heartbeat(heartbeats)()
          if (E.isLeft(answers)) return answers
          const known = ({ leases }: HeartbeatAnswer) => leases.map((one) => ({ ...one, epoch: first(one.epoch) }))
          return E.right(answers.right.map((answer) => ({ ...answer, leases: known(answer) })))
        },
        commit: (commits) => async () => {
          const all = await store.handlerStatuses()
          if (E.isLeft(all)) return all
          const epochNow = ({ name, generation, partition }: HandlerCommit) =>
            all.right.find((one) => one.name === name && one.generation === generation)?.partitions[partition]?.epoch ??
            0
          return store.commit(
            each(commits, (work) => (first(epochNow(work)) === work.epoch ? { ...work, epoch: epochNow(work) } : work)),
          )()
        },
      }
    }),
  },
  {
    fault: 'compares positions of views without their history',
    caughtBy: 'histories: a view read before a rewind is stale',
    says: 'expected an error',
    make: broken((store) => ({
      appendWithViews: (appends, views) => store.appendWithViews(appends, each(views, without)),
    })),
  },
  {
    fault: 'always reports the history that it was created with',
    caughtBy: 'histories: histories that begin beside followers',
    says: 'LogRewound',
    make: broken((store) => {
      const history = store.history()
      return { history: () => history }
    }),
  },
]
