import type { HandlerCommit } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, type HandlerFault } from './HandlerFault.ts'

export const identityFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'returns the given identity instead of the stored one',
    caughtBy: 'registration: each generation keeps the identity with which it was registered',
    says: 'the identity in the answer to another registration',
    make: broken((store) => ({
      register: (handler) =>
        TE.Functor.map(store.register(handler), (made) => ({ ...made, identity: handler.identity ?? null })),
    })),
  },
  {
    fault: 'keeps an identity of the first registration only',
    caughtBy: 'registration: a generation without identity takes that of the next registration',
    says: 'the identity in the answer',
    make: broken((store) => ({
      register: ({ identity, ...handler }) => store.register(handler),
    })),
  },
  {
    fault: 'never replaces an identity',
    caughtBy: 'registration: an identity is replaced only by a registration that names it exactly',
    says: 'the identity in the answer',
    make: broken((store) => ({
      register: ({ replaces, ...handler }) => store.register(handler),
    })),
  },
  {
    fault: 'keeps handlers of two kinds under one name',
    caughtBy: 'registration: another kind under the name of a handler is refused, with both sides',
    says: 'expected an error',
    make: broken((store) => ({
      register: ({ identity, ...handler }) =>
        store.register(identity === undefined ? handler : { ...handler, identity: { ...identity, kind: 'any' } }),
    })),
  },
  {
    fault: 'registers both of two kinds at once',
    caughtBy: 'registration: of two kinds that are registered at once under a new name, one is refused',
    says: 'the outcomes',
    make: broken((store) => ({
      register: ({ identity, ...handler }) => store.register(handler),
    })),
  },
  {
    fault: 'writes commits of members with the former code when an identity is replaced',
    caughtBy: 'registration: a commit under an identity that was replaced is fenced',
    says: 'the commit of partition 0',
    make: broken((store) => {
      let isReplaced = false
      return {
        register: (handler) => {
          isReplaced ||= handler.replaces !== undefined
          return store.register(handler)
        },
        commit: (commits) => async () => {
          const all = await store.handlerStatuses()
          const epochOf = ({ name, generation, partition }: HandlerCommit): number | undefined =>
            E.isLeft(all)
              ? undefined
              : all.right.find((one) => one.name === name && one.generation === generation)?.partitions[partition]
                  ?.epoch
          return store.commit(commits.map((one) => (isReplaced ? { ...one, epoch: epochOf(one) ?? one.epoch } : one)))()
        },
      }
    }),
  },
]
