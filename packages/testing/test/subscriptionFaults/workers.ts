import type { HandlerCommit, Lease } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { nextMacrotask } from '../faults/StoreFault.ts'
import { onEventHandlers, onRuntime, onStore, type SubscriptionFault } from './SubscriptionFault.ts'

/** A runtime that gets other leases. */
const leases = (change: (lease: Lease) => Lease): SubscriptionFault['make'] =>
  onStore((store) => ({
    heartbeat: (heartbeats) =>
      TE.Functor.map(store.heartbeat(heartbeats), (answers) =>
        answers.map((answer) => ({ ...answer, leases: answer.leases.map(change) })),
      ),
  }))

const fromTheStart = leases((lease) => ({ ...lease, position: 0 }))

const placeOf = ({ name, generation, partition }: HandlerCommit | Lease) => `${name} ${generation} ${partition}`

/** The current epoch and revision of every partition, for any caller. */
const current = new Map<string, Pick<Lease, 'epoch' | 'revision'>>()

/** The revision that each lease began with: a commit that is split in two takes two. */
const begun = new Map<string, number>()

const noSignal = onEventHandlers((handler) => ({
  ...handler,
  handle: (event, handling) => handler.handle(event, { ...handling, signal: new AbortController().signal }),
}))

/** As if heartbeats could not distinguish an unknown generation from one whose partitions others hold. */
const knowsAll = onStore((store) => ({
  heartbeat: (heartbeats) =>
    TE.Functor.map(store.heartbeat(heartbeats), (answers) => answers.map((answer) => ({ ...answer, known: true }))),
}))

/** As if every holder before had released its partition. */
const alwaysReleased = leases((lease) => ({ ...lease, released: true }))

/** A runtime that never removes its notes of attempts. */
const keepsNotes = onStore((store) => ({
  commit: (commits) =>
    store.commit(
      commits.map((one) => ({
        ...one,
        changes: one.changes.filter(({ kind, data }) => kind !== 'attempts' || data !== undefined),
      })),
    ),
}))

const foreverEnding = '8 processes have ended'

export const workerFaults: ReadonlyArray<SubscriptionFault> = [
  {
    fault: 'takes an event that ends processes up again for ever',
    caughtBy: 'process ends: an event that ends every process that handles it is parked',
    says: foreverEnding,
    make: alwaysReleased,
  },
  {
    fault: 'folds an event that ends processes again for ever',
    caughtBy: 'process ends: a projection parks an event that ends every process',
    says: foreverEnding,
    make: alwaysReleased,
  },
  {
    fault: 'never stops at an event that ends processes',
    caughtBy: 'process ends: a handler that stops at failures',
    says: foreverEnding,
    make: alwaysReleased,
  },
  {
    fault: 'retries a parked event that ends processes for ever',
    caughtBy: 'process ends: the requested retry of a parked event',
    says: foreverEnding,
    make: alwaysReleased,
  },
  {
    fault: 'keeps the note of a parked event that is gone',
    caughtBy: 'process ends: a parked event whose retry ended processes leaves no note',
    says: 'the notes of attempts that are left',
    make: keepsNotes,
  },
  {
    fault: 'fires a timer that ends processes for ever',
    caughtBy: 'process ends: a timer that ends every process',
    says: foreverEnding,
    make: alwaysReleased,
  },
  {
    fault: 'starts over after a stop',
    caughtBy: 'checkpoints: a handler continues at its checkpoint after a stop',
    says: 'what was handled',
    make: fromTheStart,
  },
  {
    fault: 'starts over after a crash',
    caughtBy: 'checkpoints: another process continues at the checkpoint after a crash',
    says: 'what was handled after the crash',
    make: fromTheStart,
  },
  {
    fault: 'writes the checkpoint first, and then the documents',
    caughtBy: 'checkpoints: a checkpoint and its documents are one',
    says: 'the documents at position',
    make: onStore((store) => ({
      heartbeat: (heartbeats) =>
        TE.Functor.map(store.heartbeat(heartbeats), (answers) => {
          for (const lease of answers.flatMap((answer) => answer.leases)) {
            const place = `${placeOf(lease)} ${lease.epoch}`
            begun.set(place, begun.get(place) ?? lease.revision)
          }
          return answers
        }),
      commit: (commits) => async () => {
        const first = commits.map((one) => {
          const since = begun.get(`${placeOf(one)} ${one.epoch}`) ?? 0
          return { ...one, revision: since + 2 * (one.revision - since) }
        })
        const outcomes = await store.commit(first.map((one) => ({ ...one, changes: [] })))()
        await nextMacrotask()
        await store.commit(first.map((one) => ({ ...one, revision: one.revision + 1 })))()
        return outcomes
      },
    })),
  },
  {
    fault: 'keeps its surplus partitions',
    caughtBy: 'consumer groups: processes that join and leave share the partitions',
    says: 'two processes have two partitions each',
    waitsInVain: true,
    make: onStore((store) => ({
      heartbeat: (heartbeats) =>
        TE.Functor.map(store.heartbeat(heartbeats), (answers) => answers.map((answer) => ({ ...answer, surplus: 0 }))),
    })),
  },
  {
    fault: 'stops without a release of its leases',
    caughtBy: 'consumer groups: a process that stops hands its partitions over at once',
    says: 'the owners of partitions after a stop',
    make: onStore(() => ({ release: () => TE.right(undefined) })),
  },
  {
    fault: 'handles again what a killed process has handled',
    caughtBy: 'consumer groups: another process replaces a killed one',
    says: 'what the documents have',
    make: fromTheStart,
  },
  {
    fault: 'writes commits without a check of the epoch',
    caughtBy: 'consumer groups: the work of a process that was paused for longer than its lease is refused',
    says: 'what the documents have',
    make: onStore((store) => ({
      heartbeat: (heartbeats) =>
        TE.Functor.map(store.heartbeat(heartbeats), (answers) => {
          for (const lease of answers.flatMap((answer) => answer.leases)) current.set(placeOf(lease), lease)
          return answers
        }),
      commit: (commits) => async () => {
        const outcomes = await store.commit(commits.map((one) => ({ ...one, ...current.get(placeOf(one)) })))()
        if (E.isRight(outcomes)) {
          for (const one of commits) {
            const { epoch, revision } = current.get(placeOf(one)) ?? one
            current.set(placeOf(one), { epoch, revision: revision + 1 })
          }
        }
        return outcomes
      },
    })),
  },
  {
    fault: 'never aborts the signal of a handler',
    caughtBy: 'consumer groups: a handler’s signal fires when another member has taken its partition',
    says: 'the signal has fired',
    waitsInVain: true,
    make: noSignal,
  },
  {
    fault: 'starts a little behind the checkpoint of the previous owner',
    caughtBy: 'consumer groups: the order of each stream is kept when processes come and go',
    says: 'what was handled',
    make: leases((lease) => ({ ...lease, position: lease.position + 3 })),
  },
  {
    fault: 'waits for partitions of a handler whose registration is lost',
    caughtBy: 'registrations: a lost registration stops a handler with effects',
    says: 'the status reports the stop',
    waitsInVain: true,
    make: knowsAll,
  },
  {
    fault: 'waits for partitions of a projection whose registration is lost',
    caughtBy: 'registrations: a lost registration makes a projection rebuild from its start',
    says: 'waiting for',
    waitsInVain: true,
    make: knowsAll,
  },
  {
    fault: 'reports at once that everything is handled',
    caughtBy: 'waiting: waiting ends when the handlers have arrived',
    says: 'how many events are handled',
    make: onRuntime(() => ({ waitFor: () => TE.right(undefined) })),
  },
  {
    fault: 'does not name the late handlers',
    caughtBy: 'waiting: waiting that times out names the handlers that are late',
    says: 'expected an error',
    make: onRuntime(() => ({ waitFor: () => TE.right(undefined) })),
  },
  {
    fault: 'does not wait for the event in progress when it stops',
    caughtBy: 'stopping: a stop finishes the event in progress',
    says: 'that it has stopped before',
    make: onRuntime((runtime) => ({
      stop: async () => {
        void runtime.stop()
      },
    })),
  },
  {
    fault: 'begins other events before it stops',
    caughtBy: 'stopping: a stop finishes the event in progress',
    says: 'what was begun',
    make: onRuntime((runtime) => ({
      stop: async () => {
        for (let i = 0; i < 10; i++) await nextMacrotask()
        await runtime.stop()
      },
    })),
  },
  {
    fault: 'never aborts the signals of its handlers when it stops',
    caughtBy: 'stopping: a stop ends whatever handlers do',
    says: 'how often the signal fired',
    make: noSignal,
  },
  {
    fault: 'does not stop',
    caughtBy: 'stopping: a stopped runtime sends no request to the store',
    says: 'how often the store was asked',
    make: onRuntime(() => ({ stop: async () => {} })),
  },
]
