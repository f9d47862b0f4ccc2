import { logRewound } from '@foldlog/core/store'
import { HandlerStop } from '@foldlog/subscriptions'
import type { HandlerRuntimeStore, SubscriptionsModule } from '@foldlog/testing/laws'
import { either as E, taskEither as TE } from 'fp-ts'
import { setsBackAnyway } from '../setsBackAnyway.ts'
import { onRuntime, onStore, type SubscriptionFault } from './SubscriptionFault.ts'

/** A store as it was before places had a history: it compares positions only. */
const ofPositions = (store: HandlerRuntimeStore): Partial<HandlerRuntimeStore> => ({
  readLog: ({ history: _, ...options } = {}) => store.readLog(options),
  verify: () => TE.right(undefined),
  history: TE.right('always the same'),
  commit: (commits) => store.commit(commits.map(({ sourcePosition: _, ...work }) => work)),
  heartbeat: (beats) =>
    TE.Functor.map(store.heartbeat(beats), (answers) =>
      answers.map((answer) => ({
        ...answer,
        history: 'always the same',
        leases: answer.leases.map((lease) => ({ ...lease, anchor: null })),
      })),
    ),
})

/** Changes the reason that a runtime stores for a stop. */
const onStops = (
  change: (stop: NonNullable<ReturnType<SubscriptionsModule['HandlerStop']['parse']>>) => typeof stop,
): SubscriptionFault['make'] => {
  const make = onStore(() => ({}))
  return () => ({
    ...make(),
    HandlerStop: {
      ...HandlerStop,
      parse: (stop) => {
        const parsed = HandlerStop.parse(stop)
        return parsed === undefined ? undefined : change(parsed)
      },
    },
  })
}

const onRecovery = (
  replace: (recover: SubscriptionsModule['recoverRewound']) => SubscriptionsModule['recoverRewound'],
): SubscriptionFault['make'] => {
  const make = onStore(() => ({}))
  return () => {
    const sound = make()
    return { ...sound, recoverRewound: replace(sound.recoverRewound) }
  }
}

/** A recovery that resets handlers otherwise. */
const onSetBack = (
  change: (setBack: HandlerRuntimeStore['resetCheckpoints']) => HandlerRuntimeStore['resetCheckpoints'],
): SubscriptionFault['make'] =>
  onRecovery((recover) => (options) => {
    const { store } = options
    return recover({
      ...options,
      store: { ...store, resetCheckpoints: change((asked) => store.resetCheckpoints(asked)) },
    })
  })

/** Recovers once, and does nothing the next time. */
const onlyOnce = onRecovery((recover) => {
  const met = new Set<string>()
  return ({ handlers, ...options }) => {
    const first = handlers.filter(({ name }) => !met.has(name))
    for (const { name } of first) met.add(name)
    return recover({ ...options, handlers: first })
  }
})

export const rewindFaults: ReadonlyArray<SubscriptionFault> = [
  ...[1, 6, 20].map((count) => ({
    fault: `continues with the rewound log, which has ${count} new events`,
    caughtBy: `rewinds: a rewind stops every handler, and names the lost events (new events since: ${count})`,
    says: 'have stopped because the log went back',
    waitsInVain: true as const,
    make: onStore(ofPositions),
  })),
  {
    fault: 'stops and reports no lost events',
    caughtBy: 'rewinds: a rewind stops every handler, and names the lost events (new events since: 6)',
    says: 'what is gone',
    make: onStops((stop) => (stop.rewound === null ? stop : { ...stop, rewound: { ...stop.rewound, lost: [] } })),
  },
  {
    fault: 'stops and reports the end of the log as the last shared position',
    caughtBy: 'rewinds: a rewind stops every handler, and names the lost events (new events since: 20)',
    says: 'the last position that both logs share',
    make: onStops((stop) =>
      stop.rewound === null ? stop : { ...stop, rewound: { ...stop.rewound, common: stop.rewound.position } },
    ),
  },
  {
    fault: 'does not report the effects of lost events',
    caughtBy: 'rewinds: after a recovery the handlers miss nothing and count nothing twice (new events since: 1)',
    says: 'what is reported of',
    make: onRecovery(
      (recover) => (options) =>
        TE.Functor.map(recover(options), ({ handlers }) => ({
          handlers: handlers.map((one) => ({ ...one, lost: [] })),
        })),
    ),
  },
  {
    fault: 'starts over when it is recovered',
    caughtBy: 'rewinds: after a recovery the handlers miss nothing and count nothing twice (new events since: 6)',
    says: 'what was handled',
    make: onSetBack((setBack) => (asked) => setBack({ ...asked, position: 0 })),
  },
  {
    fault: 'stays stopped when it is recovered',
    caughtBy: 'rewinds: after a recovery the handlers miss nothing and count nothing twice (new events since: 20)',
    says: 'waiting for',
    waitsInVain: true,
    make: onSetBack(() => () => TE.right(0)),
  },
  {
    fault: 'recovers a handler only once',
    caughtBy: 'rewinds: a second rewind is detected and recovered like the first',
    says: 'what is recovered the second time',
    make: onlyOnce,
  },
  {
    fault: 'treats a lost stop as recovered',
    caughtBy: 'rewinds: a second rewind that removes the stops is detected like the first',
    says: 'have stopped because the log went back',
    waitsInVain: true,
    make: onStore((store) => {
      let asked = 0
      return {
        generations: TE.Functor.map(store.generations, (all) => {
          asked++
          return all.map((one) => ({ ...one, checkpointResets: asked }))
        }),
      }
    }),
  },
  {
    fault: 'commits positions without their history',
    caughtBy: 'rewinds: a rewind beside work in progress lets no checkpoint pass the shared log',
    says: 'the checkpoint',
    make: onStore((store) => ({
      commit: (commits) => store.commit(commits.map(({ sourcePosition: _, ...work }) => work)),
    })),
  },
  {
    fault: 'trusts notes of work ahead of a checkpoint without verifying their history',
    caughtBy: 'rewinds: a rewind is detected when only the note of work ahead of a checkpoint is newer',
    says: 'have stopped because the log went back',
    waitsInVain: true,
    make: onStore(ofPositions),
  },
  {
    fault: 'resets a handler that was recovered since its status was read',
    caughtBy: 'rewinds: two recoveries that have read the same status recover a rewind once',
    says: 'what the recoveries have done',
    make: onRecovery(
      (recover) => (options) => recover({ ...options, store: { ...options.store, ...setsBackAnyway(options.store) } }),
    ),
  },
  {
    fault: 'treats every new history as a loss of the whole log',
    caughtBy: 'rewinds: a rewind that loses nothing stops no handler',
    says: 'waiting for',
    waitsInVain: true,
    make: onStore((store) => ({
      readLog: (options) => async () => {
        const [page, current] = [await store.readLog(options)(), await store.history()]
        if (E.isLeft(current) || options?.history === undefined || options.history === current.right) return page
        return E.left(logRewound(options.after ?? 0, options.history, current.right, 0))
      },
    })),
  },
  {
    fault: 'waits for positions without their history',
    caughtBy: 'rewinds: a rewind ends waiting for a lost position',
    says: 'how waiting for the place ends',
    waitsInVain: true,
    make: onRuntime((runtime) => ({
      waitFor: (names, place, timeout) =>
        runtime.waitFor(names, typeof place === 'number' ? place : place.position, timeout),
    })),
  },
  {
    fault: 'subscribes from positions without their history',
    caughtBy: 'rewinds: a rewind ends a subscription that has read lost events',
    says: 'an event came',
    make: onStore(ofPositions),
  },
  {
    fault: 'pulls from positions without their history',
    caughtBy: 'rewinds: a rewind ends a pull subscription that has delivered lost events',
    says: 'an event came',
    make: onStore(ofPositions),
  },
]
