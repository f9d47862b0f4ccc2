import type { HandlerCommit } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import {
  broken,
  each,
  farthest,
  type HandlerFault,
  type HandlerStoreUnderLaws,
  nextMacrotask,
  onCommits,
  onStatus,
} from './HandlerFault.ts'

export const statusFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'does not report the owner of a partition',
    caughtBy: 'status: the status has the partitions',
    says: 'the partition that is held',
    make: onStatus((status) => ({
      ...status,
      partitions: status.partitions.map((one) => ({ ...one, holder: null })),
    })),
  },
  {
    fault: 'counts parked documents, not events',
    caughtBy: 'status: the status counts an event once that is parked in several partitions or lanes',
    says: 'the count',
    make: broken((store) => {
      let parked = 0
      return {
        commit: (commits) => {
          parked += commits.flatMap(({ changes }) => changes).filter(({ kind }) => kind === 'parked').length
          return store.commit(commits)
        },
        handlerStatuses: TE.Functor.map(store.handlerStatuses, (all) => all.map((one) => ({ ...one, parked }))),
      }
    }),
  },
  {
    fault: 'counts parked inputs by their positions',
    caughtBy: 'status: the status counts every parked input',
    says: 'the count',
    make: onCommits((one) => ({
      ...one,
      changes: one.changes.map((change) =>
        change.kind === 'parked' && change.data !== undefined ? { ...change, data: { position: 7 } } : change,
      ),
    })),
  },
  {
    fault: 'reports members whose lease has expired',
    caughtBy: 'status: the status has neither a holder nor a member whose lease has expired',
    says: 'the members',
    make: broken((store) => {
      const met = new Set<string>()
      return {
        heartbeat: (beats) => {
          for (const { member } of beats) met.add(member)
          return store.heartbeat(beats)
        },
        handlerStatuses: TE.Functor.map(store.handlerStatuses, (all) =>
          all.map((one) => ({
            ...one,
            members: [...met].map((member) => ({ member, until: new Date(0), report: null })),
          })),
        ),
      }
    }),
  },
  {
    fault: 'does not report the revision of a partition',
    caughtBy: 'status: the status has the partitions',
    says: 'how many commits there were',
    make: onStatus((status) => ({
      ...status,
      partitions: status.partitions.map((one) => ({ ...one, revision: 0 })),
    })),
  },
  {
    fault: 'sorts members by UTF-16 code units',
    caughtBy: 'status: the status lists members by name',
    says: 'the members',
    make: onStatus((status) => ({
      ...status,
      members: status.members.toSorted((a, b) => (a.member < b.member ? -1 : 1)),
    })),
  },
  {
    fault: 'does not report since when an event waits',
    caughtBy: 'status: the status has the time since which the first event behind the checkpoint waits',
    says: 'since when',
    make: onStatus((status) => ({
      ...status,
      partitions: status.partitions.map((one) => ({ ...one, waitingSince: null })),
    })),
  },
  {
    fault: 'counts timers and commands together',
    caughtBy: 'status: the status counts parked events',
    says: 'the counts',
    make: onStatus((status) => ({ ...status, timers: status.timers + status.commands })),
  },
  {
    fault: 'does not report the action requested of a stopped partition',
    caughtBy: 'status: the status has the reason why partitions are stopped',
    says: 'the stops',
    make: onStatus((status) => ({ ...status, stops: status.stops.map((one) => ({ ...one, requestedAction: null })) })),
  },
  {
    fault: 'sorts generations as texts',
    caughtBy: 'status: the status lists all generations',
    says: 'all',
    make: broken((store) => ({
      handlerStatuses: TE.Functor.map(store.handlerStatuses, (all) =>
        all.toSorted((a, b) => (a.name === b.name ? (`${a.generation}` < `${b.generation}` ? -1 : 1) : 0)),
      ),
    })),
  },
  {
    fault: 'reports the highest checkpoint of a generation',
    caughtBy: 'status: the status of a generation has the lowest checkpoint of its partitions',
    says: 'both generations',
    make: broken((store) => ({
      generations: async () => {
        const all = await store.generations()
        if (E.isLeft(all)) return all
        const reported = all.right.map(async (one) => ({
          ...one,
          position: await farthest(store)(one.name, one.generation),
        }))
        return E.right(await Promise.all(reported))
      },
    })),
  },
  {
    fault: 'reports the highest checkpoint of the serving generation',
    caughtBy: 'status: the position of a handler is the lowest checkpoint of the serving generation',
    says: 'the checkpoints',
    make: broken((store) => ({
      checkpoints: (names) => async () => {
        const known = await store.checkpoints(names)()
        if (E.isLeft(known)) return known
        const { positions, ...more } = known.right
        const reported = Object.keys(positions).map(async (name) => [name, await farthest(store)(name)] as const)
        return E.right({ ...more, positions: Object.fromEntries(await Promise.all(reported)) })
      },
    })),
  },
]

export const tailFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'has a position before anything is appended',
    caughtBy: 'the end of the log: the end is at 0 for an empty log',
    says: 'the head of an empty log',
    make: broken((store) => ({ settledPosition: TE.Functor.map(store.settledPosition, (head) => Math.max(1, head)) })),
  },
  {
    fault: 'notifies no listener',
    caughtBy: 'the end of the log: an append wakes every listener',
    says: 'did not come about',
    make: broken(() => ({ onAppend: () => () => undefined })),
  },
  {
    fault: 'notifies removed listeners',
    caughtBy: 'the end of the log: a removed listener is not called',
    says: 'how often the one that stopped was called',
    make: broken((store) => ({
      onAppend: (listener) => {
        store.onAppend(listener)
        return () => undefined
      },
    })),
  },
]

const within = (value: number, least: number, most: number): number =>
  Number.isSafeInteger(value) ? Math.min(most, Math.max(least, value)) : value

const onceEach = (work: HandlerCommit): HandlerCommit => {
  const changes = new Map(
    Array.isArray(work.changes) ? work.changes.map((one) => [`${one?.kind} ${one?.key}`, one]) : [],
  )
  return Array.isArray(work.changes) ? { ...work, changes: [...changes.values()] } : work
}

export const badInputFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'accepts invalid numbers of partitions by rounding them',
    caughtBy: 'bad input: register, promote, rollBack and retire refuse bad input',
    says: 'partitions: ',
    make: broken((store) => ({
      register: (handler) =>
        store.register(
          Object(handler) === handler ? { ...handler, partitions: within(handler.partitions, 1, 1_024) } : handler,
        ),
    })),
  },
  {
    fault: 'accepts invalid capacities by rounding them',
    caughtBy: 'bad input: heartbeats and leases refuse bad input',
    says: 'capacity: ',
    make: broken((store) => ({
      heartbeat: (beats) =>
        store.heartbeat(
          each(beats, (beat) =>
            Object(beat) === beat ? { ...beat, capacity: within(beat.capacity, 0, 1_024) } : beat,
          ),
        ),
    })),
  },
  {
    fault: 'accepts two changes of one document and writes the last',
    caughtBy: 'bad input: a commit refuses bad input',
    says: 'a document twice',
    make: onCommits(onceEach),
  },
  {
    fault: 'accepts invalid counts by rounding them',
    caughtBy: 'bad input: reading documents and requesting an action refuse bad input',
    says: 'count: ',
    make: broken((store) => ({
      listDocuments: (query) =>
        store.listDocuments(query?.count === undefined ? query : { ...query, count: within(query.count, 1, 10_000) }),
    })),
  },
]

export const stopFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'continues after a stop',
    caughtBy: 'stop: after a stop every operation is unavailable',
    says: 'expected an error',
    make: broken(() => ({ stop: async () => {} })),
  },
  {
    fault: 'aborts work in progress when it stops',
    caughtBy: 'stop: a stop lets work in progress end normally',
    says: 'expected success',
    make: broken((store) => ({
      commit: (commits) => async () => {
        await nextMacrotask()
        return store.commit(commits)()
      },
    })),
  },
  {
    fault: 'throws when a listener is added after a stop',
    caughtBy: 'stop: a stop ends listening',
    says: 'not listened to any more',
    make: broken((store) => {
      let stopped = false
      const onAppend: HandlerStoreUnderLaws['onAppend'] = (listener) => {
        if (stopped) throw new Error('not listened to any more')
        return store.onAppend(listener)
      }
      return {
        onAppend,
        stop: async () => {
          stopped = true
          await store.stop()
        },
      }
    }),
  },
]
