import type { Lease } from '@foldlog/core/store'
import { HandlerStop } from '@foldlog/subscriptions'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import {
  onEventHandlers,
  onHandlers,
  onParked,
  onRuntime,
  onStore,
  type SubscriptionFault,
} from './SubscriptionFault.ts'

/** A runtime that treats failed events otherwise. */
export const verdict = (other: 'park' | 'skip' | 'stop'): SubscriptionFault['make'] =>
  onHandlers((handler) =>
    handler.onFailure === undefined
      ? handler
      : { ...handler, onFailure: { ...handler.onFailure, verdict: () => other } },
  )

/** A runtime that keeps documents of a kind in memory only. */
export const forgetting = (kind: 'parked' | 'command'): SubscriptionFault['make'] =>
  onStore((store) => ({
    commit: (commits) =>
      store.commit(commits.map((one) => ({ ...one, changes: one.changes.filter((change) => change.kind !== kind) }))),
  }))

/** A generation other than the first, which is built beside it, begins now. */
const builtFromNow = onStore((store) => ({
  heartbeat: (heartbeats) => async () => {
    const [answers, head] = [await store.heartbeat(heartbeats)(), await store.settledPosition()]
    if (E.isLeft(answers) || E.isLeft(head)) return answers
    const isBuilt = ({ generation, revision }: Lease) => generation > 1_000_000 && revision === 0
    return E.right(
      answers.right.map((answer) => ({
        ...answer,
        leases: answer.leases.map((lease) =>
          isBuilt(lease) ? { ...lease, position: Math.max(0, head.right - 1) } : lease,
        ),
      })),
    )
  },
}))

/** A rollback that only claims to be done. */
const staysForward = onRuntime(() => ({ rollBack: () => TE.right(undefined) }))

export const rebuildFaults: ReadonlyArray<SubscriptionFault> = [
  {
    fault: 'promotes a view that is still empty',
    caughtBy: 'rebuilds: a rebuild gives the same view again',
    // Queries see it meanwhile, or at the latest a read at the end.
    says: 'what ',
    make: builtFromNow,
  },
  {
    fault: 'builds a view from new events only',
    caughtBy: 'rebuilds: a rebuild that takes over has the events written meanwhile',
    says: 'what the documents have',
    make: builtFromNow,
  },
  {
    fault: 'does not see the builds of other processes',
    caughtBy: 'rebuilds: a rebuild that is interrupted by the end of a process is finished by another',
    says: 'the new generation serves',
    waitsInVain: true,
    make: onStore((store) => {
      const own = new Set<number>()
      return {
        register: (handler) => {
          own.add(handler.generation)
          return store.register(handler)
        },
        generations: TE.Functor.map(store.generations, (all) =>
          all.filter(({ serves, generation }) => serves || own.has(generation)),
        ),
      }
    }),
  },
  {
    fault: 'evaluates the start `now` again for a rebuild',
    caughtBy: 'rebuilds: a rebuild of a handler that began `now` begins where it began',
    says: 'what the documents have when it is built anew',
    make: builtFromNow,
  },
  {
    fault: 'forgets parked events and takes over',
    caughtBy: 'rebuilds: a rebuild with parked events does not take over',
    says: 'the status reports what is parked',
    waitsInVain: true,
    make: forgetting('parked'),
  },
  {
    fault: 'keeps the new view serving when a rollback is requested',
    caughtBy: 'rebuilds: one command undoes a rebuild',
    says: 'the old view serves',
    waitsInVain: true,
    make: staysForward,
  },
  {
    fault: 'does not work on the generation that is to serve again',
    caughtBy: 'rebuilds: old code that starts instead of the new undoes a rebuild',
    says: 'the old view serves',
    waitsInVain: true,
    make: onStore((store) => ({
      generations: TE.Functor.map(store.generations, (all) => all.filter(({ role }) => role !== 'returning')),
    })),
  },
  {
    fault: 'leaves an abandoned build behind',
    caughtBy: 'rebuilds: one command abandons a rebuild',
    says: 'the generations that are left',
    make: onRuntime(() => ({ abandon: () => TE.right(undefined) })),
  },
  {
    fault: 'never retires an old view',
    caughtBy: 'rebuilds: a raised version starts a rebuild',
    says: 'the first one is forgotten',
    waitsInVain: true,
    make: onStore(() => ({ retire: () => TE.right(undefined) })),
  },
  {
    fault: 'accepts a rebuild of a handler with effects',
    caughtBy: 'rebuilds: a rebuild of a handler with effects',
    says: 'expected an error',
    make: onRuntime(() => ({ rebuild: () => TE.right(undefined) })),
  },
]

export const failureFaults: ReadonlyArray<SubscriptionFault> = [
  {
    fault: 'skips events that its policy parks',
    caughtBy: 'failures: a failed event is parked with the later ones of its stream',
    says: 'what was handled',
    make: verdict('skip'),
  },
  {
    fault: 'puts the events of a stream into different lanes, so that a failed one blocks no other',
    caughtBy: 'failures: a failed event is parked with the later ones of its stream',
    says: 'what was handled',
    make: onEventHandlers((handler) => ({
      ...handler,
      lane: ({ position }: { readonly position: number }) => `${position}`,
    })),
  },
  {
    fault: 'keeps parked events in memory only',
    caughtBy: 'failures: a parked event outlives the process',
    says: 'nothing is parked',
    make: forgetting('parked'),
  },
  {
    fault: 'discards an event when a retry is requested',
    caughtBy: 'failures: a parked event that fails again stays parked',
    says: 'what was handled',
    make: onParked(({ discard }) => ({ retry: discard })),
  },
  {
    fault: 'retries an event when a discard is requested',
    caughtBy: 'failures: a discarded event lets the events behind it go on',
    says: 'nothing is parked any more',
    waitsInVain: true,
    make: onParked(({ retry }) => ({ discard: retry })),
  },
  {
    fault: 'handles the last event of a lane for which a discard is requested',
    caughtBy: 'failures: discards that are requested for a whole lane are all done',
    says: 'what was handled',
    make: onParked(({ discard }) => ({
      discard: (store, parked) => (parked.version === 4 ? TE.right(true) : discard(store, parked)),
    })),
  },
  {
    fault: 'leaves the last event of a page out',
    caughtBy: 'failures: pages of parked events have each of them once',
    says: 'the events of all pages',
    make: onParked(({ page }) => ({
      page: (store, name, query) =>
        F.pipe(
          page(store, name, query),
          TE.map((found) => ({ ...found, events: found.events.slice(0, 2) })),
        ),
    })),
  },
  {
    fault: 'parks events that its policy skips',
    caughtBy: 'failures: a skipped event counts as handled',
    says: 'what was handled',
    make: verdict('park'),
  },
  {
    fault: 'skips events at which its policy stops',
    caughtBy: 'failures: a stopped handler is reported',
    says: 'the status reports the stop',
    waitsInVain: true,
    make: verdict('skip'),
  },
  {
    fault: 'does not resume when it is requested',
    caughtBy: 'failures: a stopped handler is reported',
    says: 'waiting for',
    waitsInVain: true,
    make: () => ({ ...verdict('stop')(), HandlerStop: { ...HandlerStop, resume: () => TE.right(true) } }),
  },
  {
    fault: 'reports every attempt as the first',
    caughtBy: 'failures: a failure is retried as often as the policy says',
    says: 'the tries',
    make: onEventHandlers((handler) => ({
      ...handler,
      handle: (event, handling) => handler.handle(event, { ...handling, attempt: 1 }),
    })),
  },
  {
    fault: 'treats any answer as a success',
    caughtBy: 'failures: an error, a throw, a rejected promise and a timeout are failures',
    says: 'what is parked',
    make: onEventHandlers((handler) => ({
      ...handler,
      handle: (event, handling) => TE.altW(() => TE.right(undefined))(handler.handle(event, handling)),
    })),
  },
  {
    fault: 'treats an error without a text as a success',
    caughtBy: 'failures: an error that has no text parks the event like others',
    says: 'what is parked',
    make: onEventHandlers((handler) => ({
      ...handler,
      handle: (event, handling) =>
        TE.orElse((error: unknown): TE.TaskEither<unknown, unknown> => {
          try {
            String(error)
            return TE.left(error)
          } catch {
            return TE.right(undefined)
          }
        })(handler.handle(event, handling)),
    })),
  },
  {
    fault: 'stores views that their own codec does not read',
    caughtBy: 'failures: a view that its own codec would not read again is a failure of the event that made it',
    says: 'what is parked and stored',
    make: onHandlers((handler) => (handler._tag === 'Projection' ? { ...handler, view: t.unknown } : handler)),
  },
  {
    fault: 'leaves out keys when an event has many',
    caughtBy: 'failures: an event with too many keys is parked, and events of other streams are handled',
    says: 'what is parked',
    make: onHandlers((handler) =>
      handler._tag === 'Projection'
        ? { ...handler, key: (event) => [handler.key(event)].flat().slice(0, 10) }
        : handler,
    ),
  },
  {
    fault: 'skips events that it cannot decode',
    caughtBy: 'failures: an event that cannot be decoded parks its stream',
    says: 'what was handled',
    make: onHandlers((handler) => ({
      ...handler,
      from: handler.from.map((source) => ({
        ...source,
        events: { decode: (event) => E.right(E.getOrElseW(() => [])(source.events.decode(event))) },
      })),
    })),
  },
]
