import { type Append, EventId, StreamName } from '@foldlog/core'
import { type ProjectionChanges, storeUnavailable, type ViewChange } from '@foldlog/core/store'
import type { MemoryStore } from '@foldlog/memory-store'
import { either as E, taskEither as TE } from 'fp-ts'
import {
  broken,
  brokenSecondHandle,
  type HandlerFault,
  type HandlerStoreUnderLaws,
  nextMacrotask,
  onDocuments,
  onLeases,
  onOutcomes,
} from './HandlerFault.ts'

const freshId = EventId.source({ now: Date.now, random: Math.random })

/** Declares that some changes were made from the current view, whatever they were made from. */
const rebased = async (
  store: MemoryStore,
  views: ReadonlyArray<ProjectionChanges>,
  isRebased: (change: ViewChange, i: number) => boolean,
): Promise<ReadonlyArray<ProjectionChanges>> =>
  Promise.all(
    views.map(async (one) => {
      const { name, generation } = one
      const keys = one.changes.map(({ key }) => key)
      const found = await store.getDocuments({ name, generation, kind: 'view' }, keys)()
      const basisOf = (key: string) =>
        E.isRight(found) ? (found.right.find((document) => document.key === key)?.position ?? null) : null
      return {
        ...one,
        changes: one.changes.map((change, i) =>
          isRebased(change, i) ? { ...change, expectedPosition: basisOf(change.key) } : change,
        ),
      }
    }),
  )

const looksAtNoBasis = broken((store) => ({
  appendWithViews: (appends, views) => async () => {
    for (;;) {
      const outcome = await store.appendWithViews(appends, await rebased(store, views, () => true))()
      if (E.isRight(outcome) || outcome.left._tag !== 'ViewConflict') return outcome
    }
  },
}))

/** An append to the category of another append, as the same writer could make it. */
const beside = (append: Append | undefined): ReadonlyArray<Append> => {
  const stream = StreamName.parse(`${append?.stream.split('-')[0]}-${freshId()}`)
  if (E.isLeft(stream)) return []
  const event = { id: freshId(), type: 'Happened', schemaVersion: 1, data: null, metadata: {} }
  return [{ stream: stream.right, expected: 'any', events: [event] }]
}

/** Appends without views get empty ones for all open projections. */
const asksForNoViews = (store: MemoryStore): Pick<HandlerStoreUnderLaws, 'append' | 'appendAll'> => {
  const appendAll: HandlerStoreUnderLaws['appendAll'] = (appends) => async () => {
    const open = await store.inlineProjections()
    const views = E.isRight(open) ? open.right.map(({ name, generation }) => ({ name, generation, changes: [] })) : []
    return E.mapLeft((error: { readonly _tag: string }) => storeUnavailable(error._tag, false, undefined))(
      await store.appendWithViews(appends, views)(),
    )
  }
  return {
    appendAll,
    append: (append) => async () => {
      const outcome = await appendAll([append])()
      const [appended] = E.isRight(outcome) ? outcome.right : []
      return appended === undefined ? store.append(append)() : E.right(appended)
    },
  }
}

export const inlineFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'writes views before the last event of the append',
    caughtBy: 'inline projections: views are written with the events',
    says: 'the view a',
    make: onDocuments((document) => ({ ...document, position: document.position - 1 })),
  },
  {
    fault: 'reports stale views where the append is rejected',
    caughtBy: 'inline projections: a refused append writes no views',
    says: 'also when stale',
    make: broken((store) => ({
      appendWithViews: (appends, views) => async () => {
        const fresh = await rebased(store, views, () => true)
        const isStale = JSON.stringify(fresh) !== JSON.stringify(views)
        return isStale ? E.left({ _tag: 'ViewConflict' }) : store.appendWithViews(appends, views)()
      },
    })),
  },
  {
    fault: 'checks only the first two views',
    caughtBy: 'inline projections: views made from a view that has changed are stale',
    says: 'expected an error',
    make: broken((store) => ({
      appendWithViews: (appends, views) => async () =>
        store.appendWithViews(appends, await rebased(store, views, (_, i) => i > 1))(),
    })),
  },
  {
    fault: 'reports a conflict with a view that was removed',
    caughtBy: 'inline projections: views made from no view are stale when there is one',
    says: 'expected success',
    make: broken((store) => {
      const met = new Set<string>()
      return {
        appendWithViews: (appends, views) => async () => {
          const changes = views.flatMap((one) => one.changes)
          if (changes.some(({ key, expectedPosition: basis }) => basis === null && met.has(key)))
            return E.left({ _tag: 'ViewConflict' })
          for (const { key } of changes) met.add(key)
          return store.appendWithViews(appends, views)()
        },
      }
    }),
  },
  {
    fault: 'writes the views of a repeated append again',
    caughtBy: 'inline projections: a repeated append does not write its views again',
    says: 'the views',
    make: broken((store) => ({
      appendWithViews: (appends, views) => async () => {
        const outcome = await store.appendWithViews(appends, views)()
        if (E.isRight(outcome) && outcome.right.some(({ repeated }) => repeated)) {
          await store.appendWithViews(beside(appends[0]), await rebased(store, views, () => true))()
        }
        return outcome
      },
    })),
  },
  {
    fault: 'accepts appends without views',
    caughtBy: 'inline projections: every append to a category must have its views',
    says: 'expected an error',
    make: broken(asksForNoViews),
  },
  {
    fault: 'silently drops views of a generation that is not open',
    caughtBy: 'inline projections: views for a generation that is not open are stale',
    says: 'expected an error',
    make: broken((store) => ({
      appendWithViews: (appends, views) => async () => {
        const open = await store.inlineProjections()
        const refs = E.isRight(open)
          ? open.right.map(({ name, generation }) => ({ name, generation, changes: [] }))
          : []
        const known = views.filter((one) =>
          refs.some(({ name, generation }) => name === one.name && generation === one.generation),
        )
        return store.appendWithViews(appends, known.length === 0 ? refs : known)()
      },
    })),
  },
  {
    fault: 'writes views without a check of their expected position',
    caughtBy: 'inline projections: 8 racing writers lose no update',
    says: 'the list',
    make: looksAtNoBasis,
  },
  {
    fault: 'writes and removes views without a check of their expected position',
    caughtBy: 'inline projections: racing writers that create and remove one view follow the order of the log',
    says: 'that it was made and removed in turn',
    make: looksAtNoBasis,
  },
  {
    fault: 'fails when a view is locked',
    caughtBy: 'inline projections: writers of the same views in any order end without deadlock',
    says: 'the only thing that may be in the way',
    make: broken((store) => {
      const busy = new Set<string>()
      return {
        appendWithViews: (appends, views) => async () => {
          const keys = views.flatMap(({ changes }) => changes.map(({ key }) => key))
          if (keys.some((key) => busy.has(key))) return E.left(storeUnavailable('deadlock', true, undefined))
          for (const key of keys) busy.add(key)
          await nextMacrotask()
          for (const key of keys) busy.delete(key)
          return store.appendWithViews(appends, views)()
        },
      }
    }),
  },
  {
    fault: 'opens a projection that is behind',
    caughtBy: 'inline projections: a projection is opened when it has caught up',
    says: 'behind',
    make: broken((store) => ({
      openInline: (of, categories) => TE.Functor.map(store.openInline(of, categories), () => true),
    })),
  },
  {
    fault: 'grants leases of an open projection',
    caughtBy: 'inline projections: no member gets a lease of an open projection',
    says: 'the commit of its former owner',
    make: onOutcomes((outcomes) => outcomes.map(() => 'committed' as const)),
  },
  {
    fault: 'reports the checkpoint at which a projection was opened',
    caughtBy: 'inline projections: the checkpoint of an open projection has reached every settled event',
    says: 'the checkpoint is',
    make: broken((store) => ({
      checkpoints: (names) =>
        TE.Functor.map(store.checkpoints(names), ({ positions, ...more }) => ({
          ...more,
          positions: Object.fromEntries(Object.keys(positions).map((name) => [name, 0])),
        })),
    })),
  },
  {
    fault: 'lets the old generation continue to write',
    caughtBy: 'inline projections: a new generation takes over in one step',
    says: 'expected an error',
    make: broken((store) => ({
      appendWithViews: (appends, views) => async () => {
        const open = await store.inlineProjections()
        const nowOf = (one: ProjectionChanges) =>
          E.isRight(open) ? (open.right.find(({ name }) => name === one.name)?.generation ?? one.generation) : 1
        return store.appendWithViews(
          appends,
          views.map((one) => ({ ...one, generation: nowOf(one) })),
        )()
      },
    })),
  },
  {
    fault: 'continues a formerly open generation at the position at which it was opened',
    caughtBy: 'inline projections: a generation that was open before is kept',
    says: 'where it goes on',
    make: broken(onLeases((lease) => ({ ...lease, position: 0 }))),
  },
  {
    fault: 'pauses no append',
    caughtBy: 'inline projections: a projection that waits to be opened pauses appends for a limited time',
    says: 'an append did not wait',
    make: broken(() => ({ pauseAppends: () => TE.right(undefined) })),
  },
  {
    fault: 'restarts at the origin when a projection stops being inline',
    caughtBy: 'inline projections: a projection that stops being inline continues behind the last of its events',
    says: 'where the next one begins',
    make: broken(onLeases((lease) => ({ ...lease, position: 0 }))),
  },
  {
    fault: 'accepts a pause of any length',
    caughtBy: 'inline projections: bad input is refused',
    says: 'expected an error',
    make: broken((store) => ({
      pauseAppends: (name, categories, ms) =>
        store.pauseAppends(name, categories, Math.min(60_000, Math.max(1, Math.ceil(Number(ms))))),
    })),
  },
]

export const connectionFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'answers reads of one connection from a cache of that connection',
    caughtBy: 'two connections: both connections know the same handlers',
    says: 'by the other',
    make: brokenSecondHandle((store) => {
      const pages = new Map<string, ReturnType<ReturnType<HandlerStoreUnderLaws['listDocuments']>>>()
      return {
        listDocuments: (query) => () => {
          const page = pages.get(query.name) ?? store.listDocuments(query)()
          pages.set(query.name, page)
          return page
        },
        getDocuments: () => TE.right([]),
      }
    }),
  },
  {
    fault: 'caches the serving generation per connection',
    caughtBy: 'two connections: one connection swaps and retires generations under the other',
    says: 'the checkpoint then, by the other',
    make: brokenSecondHandle((store) => ({
      checkpoints: (names) => async () => {
        const [known, now] = [await store.generations(), await store.checkpoints(names)()]
        const firstOf = (name: string) =>
          E.isRight(known) ? known.right.filter((one) => one.name === name && one.generation === 1) : []
        return E.Functor.map(now, (read) => ({
          ...read,
          positions: Object.fromEntries(names.flatMap((name) => firstOf(name).map(({ position }) => [name, position]))),
        }))
      },
    })),
  },
  {
    fault: 'grants separate leases to members of the other connection',
    caughtBy: 'two connections: both connections count up in one document and lose nothing',
    says: 'the counter',
    make: brokenSecondHandle((store) => ({
      commit: (commits) =>
        TE.Functor.map(store.commit(commits), (outcomes) => outcomes.map(() => 'committed' as const)),
      heartbeat: (beats) => async () => {
        const known = await store.handlerStatuses()
        const partitions = E.isRight(known) ? known.right : []
        return E.right(
          beats.map((beat) => ({
            known: true,
            leases: partitions
              .filter(({ name }) => name === beat.name)
              .flatMap((one) => one.partitions)
              .map(({ partition, epoch, position }) => ({
                name: beat.name,
                generation: beat.generation,
                partition,
                epoch: Math.max(1, epoch),
                revision: 0,
                position,
                anchor: null,
                released: true,
              })),
            surplus: 0,
            nextHeartbeatIn: null,
            history: 'of its own',
          })),
        )
      },
    })),
  },
  {
    fault: 'returns the settled position that one connection has seen itself',
    caughtBy: 'two connections: both connections have one log',
    says: 'the head of the other',
    make: brokenSecondHandle(() => ({ settledPosition: TE.right(0) })),
  },
  {
    fault: 'knows inline projections in one connection only',
    caughtBy: 'two connections: both connections know which projections are inline',
    says: 'an append of the other without views',
    make: brokenSecondHandle(asksForNoViews),
  },
]
