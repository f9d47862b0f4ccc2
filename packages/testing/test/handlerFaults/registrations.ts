import { type HandlerRef, type Promotion, rejectInput, storeUnavailable } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, each, type HandlerFault, nextMacrotask, onLeases, onOutcomes, type Replaced } from './HandlerFault.ts'

const tellsWhatWasAsked = broken((store) => ({
  register: (handler) =>
    TE.Functor.map(store.register(handler), (made) => ({ ...made, partitions: handler.partitions })),
}))

/** Letters of any case, up to the first character that is not a letter. */
const asWord = <A extends { readonly name: string }>(of: A): A => ({ ...of, name: of.name.toLowerCase().slice(0, 1) })

const promoted = ({ name, generation }: HandlerRef, partitions: number): Promotion => ({
  name,
  generation,
  partitions,
  start: 0,
  serving: generation,
  role: 'serving',
  identity: null,
  blockedBy: null,
})

/** A store that changes the leases of these generations. Commits reach the store in the form that it knows. */
const begunElsewhere = (isMeant: (of: HandlerRef) => boolean, position: number) =>
  broken(onLeases((lease) => (isMeant(lease) && lease.revision === 0 ? { ...lease, position } : lease)))

/** Lets a generation serve with parked events: it removes their documents, and then promotes. */
const looksAtNothingParked = broken((store) => ({
  promote: (of) => async () => {
    const found = await store.listDocuments({ ...of, kind: 'parked' })()
    const parked = E.isRight(found) ? found.right.documents : []
    const promote = await store.promote(of)()
    if (E.isLeft(promote) || promote.right.blockedBy !== 'parked') return promote
    const all = await store.handlerStatuses()
    const known = E.isRight(all)
      ? all.right.find((one) => one.name === of.name && one.generation === of.generation)
      : undefined
    const [{ epoch, position } = { epoch: 0, position: 0 }] = known?.partitions ?? []
    const changes = parked.map(({ kind, key }) => ({ kind, key }))
    for (let revision = 0; revision < 5; revision++)
      await store.commit([{ ...of, partition: 0, epoch, revision, position, changes }])()
    return store.promote(of)()
  },
}))

/** A store that does nothing for a rollback but report it. */
const rollsBackInWordsOnly: Replaced = (store) => ({
  rollBack: (of) =>
    TE.Functor.map(store.promote(of), ({ blockedBy: _, ...known }) => ({ ...known, role: 'returning' as const })),
})

export const registrationFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'starts every handler at the origin',
    caughtBy: 'registration: registration creates a handler with its partitions',
    says: 'the handler',
    make: broken((store) => ({ register: (handler) => store.register({ ...handler, start: 0 }) })),
  },
  {
    fault: 'returns the requested registration instead of the stored one',
    caughtBy: 'registration: registering a known handler changes nothing',
    says: 'the handler',
    make: tellsWhatWasAsked,
  },
  {
    fault: 'starts a rebuild at the requested position',
    caughtBy: 'registration: a later generation begins where the first began',
    says: 'where its partitions begin, when 0 is asked for',
    make: begunElsewhere(({ generation }) => generation === 2, 0),
  },
  {
    fault: 'lets the latest generation serve',
    caughtBy: 'registration: registering another generation leaves the first one serving',
    says: 'the second generation',
    make: broken((store) => ({
      register: (handler) => TE.Functor.map(store.register(handler), (made) => ({ ...made, serving: made.generation })),
    })),
  },
  {
    fault: 'assumes that the first generation has number 1',
    caughtBy: 'registration: the first generation that is registered serves',
    says: 'the generation that serves',
    make: broken((store) => ({
      register: (handler) => TE.Functor.map(store.register(handler), (made) => ({ ...made, serving: 1 })),
    })),
  },
  {
    fault: 'creates a handler for each concurrent registration',
    caughtBy: 'registration: 8 registrations at once create the handler once',
    says: 'how many numbers of partitions were reported',
    make: tellsWhatWasAsked,
  },
  {
    fault: 'treats similar names as one',
    caughtBy: 'registration: handlers are separate',
    says: 'a member has no lease',
    make: broken((store) => ({
      register: (handler) => store.register(asWord(handler)),
      heartbeat: (beats) => store.heartbeat(each(beats, asWord)),
      commit: (commits) => store.commit(each(commits, asWord)),
      listDocuments: (query) => store.listDocuments(asWord(query)),
    })),
  },
]

export const generationFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'reports a promotion and keeps the old generation serving',
    caughtBy: 'generations: a promotion swaps generations in one step',
    says: 'what serves then',
    make: broken(() => ({ promote: (of) => TE.right(promoted(of, 2)) })),
  },
  {
    fault: 'goes back to an older generation',
    caughtBy: 'generations: a promotion never goes back',
    says: 'the older one',
    make: broken((store) => ({
      promote: (of) => TE.Functor.map(store.promote(of), (reported) => ({ ...reported, serving: of.generation })),
    })),
  },
  {
    fault: 'promotes a generation that is behind',
    caughtBy:
      'generations: a generation that is behind the serving one in any partition cannot take over until it has caught up',
    says: 'what serves while one partition is behind',
    make: broken((store) => ({
      promote: (of) => TE.Functor.map(store.promote(of), (reported) => ({ ...reported, serving: of.generation })),
    })),
  },
  {
    fault: 'promotes a generation that has parked events',
    caughtBy: 'generations: a generation with a parked event does not take over until it has none',
    says: 'while an event is parked',
    make: looksAtNothingParked,
  },
  {
    fault: 'checks parked events before the checkpoint, not at the same moment',
    caughtBy: 'generations: a generation never takes over in the midst of a commit that parks an event',
    says: 'the serving generation during the commit',
    make: broken((store) => ({
      promote: (of) => async () => {
        const found = await store.listDocuments({ ...of, kind: 'parked' })()
        await nextMacrotask()
        const isFree = E.isRight(found) && found.right.documents.length === 0
        return E.isRight(found) && isFree ? E.right(promoted(of, 1)) : store.promote(of)()
      },
    })),
  },
  {
    fault: 'grants leases of the generation that served before',
    caughtBy: 'generations: a generation that served is kept and frozen',
    says: 'a commit of its former owner',
    make: onOutcomes((outcomes) => outcomes.map(() => 'committed' as const)),
  },
  {
    fault: 'grants no leases of a generation that is to serve again',
    caughtBy: 'generations: a generation that served serves again when it is rolled back to and has caught up',
    says: 'a member has no lease',
    make: broken((store) => {
      const asked = new Set<string>()
      return {
        rollBack: (of) => {
          asked.add(of.name)
          return store.rollBack(of)
        },
        heartbeat: (beats) =>
          TE.Functor.map(store.heartbeat(beats), (answers) =>
            answers.map((answer) => ({
              ...answer,
              leases: answer.leases.filter(({ name, generation }) => !asked.has(name) || generation > 1),
            })),
          ),
      }
    }),
  },
  {
    fault: 'does not cancel a rollback',
    caughtBy: 'generations: a generation that is rolled back to is frozen again when the rollback is cancelled',
    says: 'the roles',
    make: broken((store) => ({
      rollBack: (of) => async () => {
        const known = await store.generations()
        const served = E.isRight(known)
          ? known.right.some((one) => one.name === of.name && one.generation === of.generation && one.serves)
          : false
        const { blockedBy: _, ...registered } = promoted(of, 1)
        return served ? E.right(registered) : store.rollBack(of)()
      },
    })),
  },
  {
    fault: 'forgets a requested rollback at once',
    caughtBy: 'generations: a generation under construction waits for a requested rollback',
    says: 'what serves before the rollback',
    make: broken(rollsBackInWordsOnly),
  },
  {
    fault: 'rolls back to any existing generation',
    caughtBy: 'generations: a generation older than the previous one is outdated',
    says: 'expected an error',
    make: broken((store) => ({
      rollBack: (of) => async () => {
        const outcome = await store.rollBack(of)()
        const { blockedBy: _, ...registered } = promoted(of, 1)
        return E.isLeft(outcome) ? E.right(registered) : outcome
      },
    })),
  },
  {
    fault: 'answers every second read of checkpoints from an old copy',
    caughtBy: 'generations: a generation takes over while both go on',
    says: 'read at',
    make: broken((store) => {
      let asked = 0
      let copy: ReturnType<ReturnType<typeof store.checkpoints>> | undefined
      return {
        checkpoints: (names) => () => {
          copy ??= store.checkpoints(names)()
          return asked++ % 2 === 0 ? store.checkpoints(names)() : copy
        },
      }
    }),
  },
  {
    fault: 'promotes at once, without a check of the checkpoints',
    caughtBy: 'generations: generations roll back and forth while both are worked on',
    says: 'read at',
    make: broken((store) => {
      const returning = new Map<string, HandlerRef>()
      return {
        rollBack: (of) => {
          returning.set(of.name, of)
          return store.rollBack(of)
        },
        listDocuments: (query) => {
          const of = returning.get(query.name)
          return store.listDocuments(of === undefined ? query : { ...query, generation: of.generation })
        },
      }
    }),
  },
  {
    fault: 'promotes an unknown generation',
    caughtBy: 'generations: an unknown generation cannot be promoted',
    says: 'expected an error',
    make: broken(() => ({ promote: (of) => TE.right(promoted(of, 1)) })),
  },
  {
    fault: 'ignores the retirement of the serving generation without an error',
    caughtBy: 'generations: the serving generation cannot be retired',
    says: 'expected an error',
    make: broken((store) => ({
      retire: (of) => async () => {
        const outcome = await store.retire(of)()
        return E.isLeft(outcome) ? E.right(undefined) : outcome
      },
    })),
  },
  {
    fault: 'retires nothing',
    caughtBy: 'generations: a retired generation is forgotten',
    says: 'the documents',
    make: broken(() => ({ retire: () => TE.right(undefined) })),
  },
  {
    fault: 'rejects the retirement of an unknown generation',
    caughtBy: 'generations: an unknown generation can be retired',
    says: 'expected success',
    make: broken((store) => ({
      retire: (of) => async () => {
        const known = await store.generations()
        const isThere =
          E.isRight(known) && known.right.some((one) => one.name === of.name && one.generation === of.generation)
        return isThere ? store.retire(of)() : rejectInput('handler', 'is not there')
      },
    })),
  },
  {
    fault: 'restarts the epochs of a reused number',
    caughtBy: 'generations: a generation under a reused number is empty',
    says: 'a late commit',
    make: broken((store) => {
      const retired = new Set<string>()
      const old = (of: { readonly name: string; readonly generation: number }) =>
        retired.has(`${of.name} ${of.generation}`)
      return {
        retire: (of) => {
          retired.add(`${of.name} ${of.generation}`)
          return store.retire(of)
        },
        heartbeat: (beats) =>
          TE.Functor.map(store.heartbeat(beats), (answers) =>
            answers.map(({ leases, ...answer }) => ({
              ...answer,
              leases: leases.map((lease) => (old(lease) ? { ...lease, epoch: lease.epoch - 1 } : lease)),
            })),
          ),
        commit: (commits) =>
          store.commit(each(commits, (work) => (old(work) ? { ...work, epoch: work.epoch + 1 } : work))),
      }
    }),
  },
  {
    fault: 'fails to retire a generation with many documents',
    caughtBy: 'generations: a generation with 12',
    says: 'expected success',
    make: broken((store) => ({
      retire: (of) => async () => {
        const page = await store.listDocuments({ ...of, kind: 'view', count: 10_000 })()
        return E.isRight(page) && !page.right.end
          ? E.left(storeUnavailable('too many', false, undefined))
          : store.retire(of)()
      },
    })),
  },
]
