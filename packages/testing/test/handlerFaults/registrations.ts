import { refuse, storeUnavailable } from '@foldlog/core'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, each, type HandlerFault } from './HandlerFault.ts'

const tellsWhatWasAsked = broken((store) => ({
  register: (handler) =>
    TE.Functor.map(store.register(handler), (made) => ({ ...made, partitions: handler.partitions })),
}))

/** Letters of any case, up to the first that is none. */
const asWord = <A extends { readonly name: string }>(of: A): A => ({ ...of, name: of.name.toLowerCase().slice(0, 1) })

export const registrationFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'begins every handler at the origin',
    caughtBy: 'registration: makes a handler',
    says: 'where its partitions begin',
    make: broken((store) => ({ register: (handler) => store.register({ ...handler, start: 0 }) })),
  },
  {
    fault: 'tells what was asked for, and not what is there',
    caughtBy: 'registration: of a known handler',
    says: 'the handler',
    make: tellsWhatWasAsked,
  },
  {
    fault: 'lets the latest generation serve',
    caughtBy: 'registration: of another generation',
    says: 'the second generation',
    make: broken((store) => ({
      register: (handler) => TE.Functor.map(store.register(handler), (made) => ({ ...made, serving: made.generation })),
    })),
  },
  {
    fault: 'takes the first generation for number 1',
    caughtBy: 'registration: lets the generation serve',
    says: 'the generation that serves',
    make: broken((store) => ({
      register: (handler) => TE.Functor.map(store.register(handler), (made) => ({ ...made, serving: 1 })),
    })),
  },
  {
    fault: 'makes a handler for each that asks at once',
    caughtBy: 'registration: by 8 at once',
    says: 'how many numbers of partitions were told',
    make: tellsWhatWasAsked,
  },
  {
    fault: 'takes names that look alike for one',
    caughtBy: 'registration: keeps handlers apart',
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
    fault: 'says that a generation serves, and lets the old one serve',
    caughtBy: 'generations: swap by one step',
    says: 'what serves then',
    make: broken(() => ({ promote: (of) => TE.right({ ...of, partitions: 2, serving: of.generation }) })),
  },
  {
    fault: 'goes back to an older generation',
    caughtBy: 'generations: are not set back',
    says: 'the older one',
    make: broken((store) => ({
      promote: (of) => TE.Functor.map(store.promote(of), (told) => ({ ...told, serving: of.generation })),
    })),
  },
  {
    fault: 'lets a generation serve that is behind',
    caughtBy: 'generations: that are behind',
    says: 'what serves while one partition is behind',
    make: broken((store) => ({
      promote: (of) => TE.Functor.map(store.promote(of), (told) => ({ ...told, serving: of.generation })),
    })),
  },
  {
    fault: 'answers every second question for checkpoints from an old copy',
    caughtBy: 'generations: take over while both go on',
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
    fault: 'promotes what is not there',
    caughtBy: 'generations: that are not there cannot be promoted',
    says: 'expected an error',
    make: broken(() => ({ promote: (of) => TE.right({ ...of, partitions: 1, serving: of.generation }) })),
  },
  {
    fault: 'says nothing when the generation that serves is to be retired',
    caughtBy: 'generations: that serve cannot be retired',
    says: 'expected an error',
    make: broken((store) => ({
      retire: (of) => async () => {
        const outcome = await store.retire(of)()
        return E.isLeft(outcome) ? E.right(undefined) : outcome
      },
    })),
  },
  {
    fault: 'forgets nothing',
    caughtBy: 'generations: that are retired are forgotten',
    says: 'the documents',
    make: broken(() => ({ retire: () => TE.right(undefined) })),
  },
  {
    fault: 'refuses to forget what is not there',
    caughtBy: 'generations: that are not there can be retired',
    says: 'expected success',
    make: broken((store) => ({
      retire: (of) => async () => {
        const known = await store.generations()
        const isThere =
          E.isRight(known) && known.right.some((one) => one.name === of.name && one.generation === of.generation)
        return isThere ? store.retire(of)() : refuse('handler', 'is not there')
      },
    })),
  },
  {
    fault: 'begins the epochs of a used number anew',
    caughtBy: 'generations: made anew under a used number',
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
    fault: 'breaks off when so much is to be forgotten',
    caughtBy: 'generations: with 12,000 documents',
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
