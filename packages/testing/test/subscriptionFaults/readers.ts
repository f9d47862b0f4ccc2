import type { LogPage } from '@foldlog/core'
import { taskEither as TE } from 'fp-ts'
import { onEventHandlers, onHandlers, onStore, type SubscriptionFault } from './SubscriptionFault.ts'

/** A runtime whose pages of the log are other ones. */
const pages = (change: (slice: LogPage, count: number, after: number) => LogPage): SubscriptionFault['make'] =>
  onStore((store) => ({
    readLog: (options) =>
      TE.Functor.map(store.readLog(options), (slice) => change(slice, options?.count ?? 1_000, options?.after ?? 0)),
  }))

const shortOfOne = pages((slice, count) =>
  slice.events.length === count ? { ...slice, events: slice.events.slice(0, -1) } : slice,
)

let mutex: Promise<unknown> = Promise.resolve()

export const readerFaults: ReadonlyArray<SubscriptionFault> = [
  {
    fault: 'loses the last event of each full page',
    caughtBy: 'delivery: has no gap',
    says: 'what was handled',
    make: shortOfOne,
  },
  {
    fault: 'reads a page out of order',
    caughtBy: 'delivery: has no gap',
    says: 'what was handled',
    make: pages((slice) => {
      const [first, second, ...rest] = slice.events
      return first === undefined || second === undefined ? slice : { ...slice, events: [second, first, ...rest] }
    }),
  },
  {
    fault: 'goes on with what is new when it has fallen behind',
    caughtBy: 'delivery: has none either',
    says: 'what was handled',
    make: onStore((store) => ({
      readLog: (options) => async () => {
        const [slice, head] = [await store.readLog(options)(), await store.settledPosition()]
        if (slice._tag === 'Left' || head._tag === 'Left' || slice.right.end) return slice
        return { ...slice, right: { ...slice.right, position: head.right, end: true } }
      },
    })),
  },
  {
    fault: 'says that it is further than it is',
    caughtBy: 'delivery: loses nothing to a slow handler',
    says: 'what was handled',
    make: onStore((store) => ({
      commit: (commits) => async () => {
        const head = await store.settledPosition()
        const ahead = head._tag === 'Right' ? head.right : 0
        return store.commit(commits.map((one) => ({ ...one, position: Math.max(one.position, ahead) })))()
      },
    })),
  },
  {
    fault: 'does not wait for its handlers before it says how far they are',
    caughtBy: 'checkpoints: never pass what is done',
    says: 'what was not done',
    make: onEventHandlers((handler) => ({
      ...handler,
      handle: (event, handling) => {
        void handler.handle(event, handling)()
        return TE.right(undefined)
      },
    })),
  },
  {
    fault: 'does not wait for a handler that is slow',
    caughtBy: 'checkpoints: pass no event that is not done',
    says: 'the checkpoint passes',
    make: onEventHandlers((handler) => ({
      ...handler,
      handle: (event, handling) => {
        void handler.handle(event, handling)()
        return TE.right(undefined)
      },
    })),
  },
  {
    fault: 'calls one handler after another',
    caughtBy: 'delivery: is not held up',
    says: 'waiting for',
    make: onEventHandlers((handler) => ({
      ...handler,
      handle: (event, handling) => async () => {
        const done = mutex.then(() => handler.handle(event, handling)())
        mutex = done
        return done
      },
    })),
  },
  {
    fault: 'begins at the origin, whatever is said',
    caughtBy: 'delivery: begins at the origin',
    says: 'what was handled from a position on',
    make: onHandlers((handler) => ({ ...handler, start: 'origin' })),
  },
  {
    fault: 'begins anew with every process',
    caughtBy: 'delivery: begins at the origin',
    says: 'what was handled',
    make: onStore((store) => ({
      heartbeat: (heartbeats) =>
        TE.Functor.map(store.heartbeat(heartbeats), (answers) =>
          answers.map((answer) => ({ ...answer, leases: answer.leases.map((lease) => ({ ...lease, position: 0 })) })),
        ),
    })),
  },
  {
    fault: 'gives everything to who wants little',
    caughtBy: 'delivery: is of what the filter lets through',
    says: 'what was handled',
    make: onHandlers(({ filter: _, ...handler }) => handler),
  },
  {
    fault: 'loses the last event of each full page of a subscription',
    caughtBy: 'delivery: of a subscription',
    says: 'what was read',
    make: shortOfOne,
  },
  {
    fault: 'goes on behind the append in which a page ends',
    caughtBy: 'delivery: is of every event',
    says: 'what was handled',
    make: pages((slice) => (slice.end ? slice : { ...slice, position: slice.position + 33 })),
  },
  {
    fault: 'handles all events side by side',
    caughtBy: 'delivery: is one after another within a stream',
    says: 'how often two events of a stream',
    make: onEventHandlers((handler) => ({
      ...handler,
      lane: ({ position }: { readonly position: number }) => `${position}`,
    })),
  },
  {
    fault: 'stays where it is as long as nothing is for it',
    caughtBy: 'checkpoints: advance over events of others',
    says: 'waiting for',
    make: pages((slice, _, after) => ({ ...slice, position: slice.events.at(-1)?.position ?? after })),
  },
]
