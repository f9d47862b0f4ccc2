import type { HandlerCondition } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, type HandlerFault } from './HandlerFault.ts'

const onConditions = (change: (condition: HandlerCondition) => HandlerCondition): HandlerFault['make'] =>
  broken((store) => ({
    checkpoints: (names) =>
      TE.Functor.map(store.checkpoints(names), (read) => ({
        ...read,
        conditions: Object.fromEntries(
          Object.entries(read.conditions).map(([name, condition]) => [name, change(condition)]),
        ),
      })),
  }))

export const waitedHandlerFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'says that somebody works on a handler that nobody works on',
    caughtBy: 'waited handlers: the condition of a handler says whether a member of any generation works on it',
    says: 'before any member',
    make: onConditions((one) => ({ ...one, activity: one.activity === 'idle' ? 'working' : one.activity })),
  },
  {
    fault: 'counts members of the serving generation only',
    caughtBy: 'waited handlers: the condition of a handler says whether a member of any generation works on it',
    says: 'with a member of a build',
    make: broken((store) => ({
      checkpoints: (names) => async () => {
        const [read, all] = [await store.checkpoints(names)(), await store.handlerStatuses()]
        if (E.isLeft(read) || E.isLeft(all)) return read
        const isAlone = (name: string) =>
          all.right.every((one) => one.name !== name || !one.serves || one.members.length === 0)
        const conditions = Object.entries(read.right.conditions).map(([name, one]) => [
          name,
          { ...one, activity: one.activity === 'working' && isAlone(name) ? ('idle' as const) : one.activity },
        ])
        return E.right({ ...read.right, conditions: Object.fromEntries(conditions) })
      },
    })),
  },
  {
    fault: 'says that a handler goes on when one of two stops is to be removed',
    caughtBy: 'waited handlers: the condition of a handler says whether it is stopped',
    says: 'when an action is requested for one of them',
    make: broken((store) => {
      let requested = false
      return {
        requestAction: (...request) => {
          requested = true
          return store.requestAction(...request)
        },
        checkpoints: (names) =>
          TE.Functor.map(store.checkpoints(names), (read) => ({
            ...read,
            conditions: Object.fromEntries(
              Object.entries(read.conditions).map(([name, one]) => [
                name,
                { ...one, activity: requested && one.activity === 'stopped' ? ('resuming' as const) : one.activity },
              ]),
            ),
          })),
      }
    }),
  },
  {
    fault: 'does not say that events are parked',
    caughtBy: 'waited handlers: the condition of a handler says whether its serving generation has parked events',
    says: 'with one',
    make: onConditions((one) => ({ ...one, hasParked: false })),
  },
  {
    fault: 'finds parked events by the checkpoint of their document',
    caughtBy: 'waited handlers: parked events are found by their positions',
    says: 'at one position',
    make: broken((store) => ({
      findParked: (name, positions) =>
        TE.Functor.map(store.listDocuments({ name, kind: 'parked' }), ({ documents }) =>
          documents.filter(({ position }) => positions.includes(position)),
        ),
    })),
  },
  {
    fault: 'finds parked events of a build',
    caughtBy: 'waited handlers: parked events are found by their positions',
    says: 'at one position',
    make: broken((store) => ({
      findParked: (name, positions) => async () => {
        const [own, build] = [
          await store.findParked(name, positions)(),
          await store.listDocuments({ name, generation: 2, kind: 'parked' })(),
        ]
        return E.isLeft(own) || E.isLeft(build) ? own : E.right([...own.right, ...build.right.documents])
      },
    })),
  },
]
