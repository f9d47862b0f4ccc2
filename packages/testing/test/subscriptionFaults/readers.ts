import type { LogPage } from '@foldlog/core/store'
import { taskEither as TE } from 'fp-ts'
import { onEventHandlers, onHandlers, onStore, type SubscriptionFault } from './SubscriptionFault.ts'

/** A runtime that gets other pages of the log. */
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
    caughtBy: 'delivery: delivery has no gap',
    says: 'what was handled',
    make: shortOfOne,
  },
  {
    fault: 'reads a page out of order',
    caughtBy: 'delivery: delivery has no gap',
    says: 'what was handled',
    make: pages((slice) => {
      const [first, second, ...rest] = slice.events
      return first === undefined || second === undefined ? slice : { ...slice, events: [second, first, ...rest] }
    }),
  },
  {
    fault: 'jumps to the end of the log when it has fallen behind',
    caughtBy: 'delivery: delivery has none either when a handler falls behind the new events and catches up',
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
    fault: 'commits a checkpoint ahead of its work',
    caughtBy: 'delivery: a slow handler loses nothing while its checkpoints are written',
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
    fault: 'commits checkpoints without waiting for its handlers',
    caughtBy: 'checkpoints: a checkpoint never passes unhandled events',
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
    caughtBy: 'checkpoints: a checkpoint passes no unhandled event',
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
    caughtBy: 'delivery: a slow handler does not block another one',
    says: 'waiting for',
    waitsInVain: true,
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
    fault: 'starts at the origin whatever the handler says',
    caughtBy: 'delivery: delivery begins at the origin',
    says: 'what was handled from a position on',
    make: onHandlers((handler) => ({ ...handler, start: 'origin' })),
  },
  {
    fault: 'starts at the origin in every process',
    caughtBy: 'delivery: delivery begins at the origin',
    says: 'what was handled',
    make: onStore((store) => ({
      heartbeat: (heartbeats) =>
        TE.Functor.map(store.heartbeat(heartbeats), (answers) =>
          answers.map((answer) => ({ ...answer, leases: answer.leases.map((lease) => ({ ...lease, position: 0 })) })),
        ),
    })),
  },
  {
    fault: 'ignores the filter of a handler',
    caughtBy: 'delivery: a handler gets the events that its filter lets through',
    says: 'what was handled',
    make: onHandlers(({ filter: _, ...handler }) => handler),
  },
  {
    fault: 'loses the last event of each full page of a subscription',
    caughtBy: 'delivery: a subscription is in the order of the log',
    says: 'what was read',
    waitsInVain: true,
    make: shortOfOne,
  },
  {
    fault: 'continues behind the append in which a page ends',
    caughtBy: 'delivery: one append that fills many pages is delivered as a whole',
    says: 'what was handled',
    make: pages((slice) => (slice.end ? slice : { ...slice, position: slice.position + 33 })),
  },
  {
    fault: 'handles all events concurrently',
    caughtBy: 'delivery: events are handled one after another within a stream',
    says: 'how often two events of a stream',
    make: onEventHandlers((handler) => ({
      ...handler,
      lane: ({ position }: { readonly position: number }) => `${position}`,
    })),
  },
  {
    fault: 'does not advance over events of other handlers',
    caughtBy: 'checkpoints: a checkpoint advances over events of other handlers',
    says: 'waiting for',
    waitsInVain: true,
    make: pages((slice, _, after) => ({ ...slice, position: slice.events.at(-1)?.position ?? after })),
  },
]
