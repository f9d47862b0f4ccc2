import { taskEither as TE } from 'fp-ts'
import type { HandlerRuntimeStore } from './RuntimeUnderLaw.ts'

/**
 * A store that can lose the registrations of its handlers, like a database that was recreated, or one after a failover
 * to a standby that lagged. After the loss the handlers have other names in the underlying store, which does not know
 * them. So the answers are its own answers for unknown handlers.
 */
export const forgetting = (
  store: HandlerRuntimeStore,
): { readonly store: HandlerRuntimeStore; readonly forget: () => void } => {
  let suffix = ''

  const under = <A extends { readonly name: string }>(of: A): A => ({ ...of, name: `${of.name}${suffix}` })
  const over = <A extends { readonly name: string }>(of: A): A => ({
    ...of,
    name: of.name.slice(0, of.name.length - suffix.length),
  })
  const all = <A extends { readonly name: string }>(list: ReadonlyArray<A>): ReadonlyArray<A> => list.map(under)
  /** Values by the names that the store has now, by the names that the runtime knows. */
  const renamed = <A>(values: Readonly<Record<string, A>>, names: ReadonlyArray<string>): Record<string, A> =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = values[`${name}${suffix}`]
        return value === undefined ? [] : [[name, value] as const]
      }),
    )
  /** The handlers that the store has now. */
  const known = <A extends { readonly name: string }>(list: ReadonlyArray<A>): ReadonlyArray<A> =>
    list.filter(({ name }) => name.endsWith(suffix)).map(over)

  return {
    store: {
      ...store,
      register: (handler) => TE.Functor.map(store.register(under(handler)), over),
      heartbeat: (beats) =>
        TE.Functor.map(store.heartbeat(all(beats)), (answers) =>
          answers.map((answer) => ({ ...answer, leases: answer.leases.map(over) })),
        ),
      release: (leases) => store.release(all(leases)),
      commit: (commits) => store.commit(all(commits)),
      getDocuments: (of, keys) =>
        TE.Functor.map(store.getDocuments(under(of), keys), (documents) => documents.map(over)),
      listDocuments: (query) =>
        TE.Functor.map(store.listDocuments(under(query)), (page) => ({ ...page, documents: page.documents.map(over) })),
      dueDocuments: (of, partitions, count) =>
        TE.Functor.map(store.dueDocuments(under(of), partitions, count), (due) => ({
          ...due,
          documents: due.documents.map(over),
        })),
      requestAction: (document, action) => store.requestAction(under(document), action),
      promote: (handler) => TE.Functor.map(store.promote(under(handler)), over),
      rollBack: (handler) => TE.Functor.map(store.rollBack(under(handler)), over),
      retire: (handler) => store.retire(under(handler)),
      resetCheckpoints: (handler) => store.resetCheckpoints(under(handler)),
      checkpoints: (names) =>
        TE.Functor.map(
          store.checkpoints(names.map((name) => `${name}${suffix}`)),
          ({ history, positions, conditions }) => ({
            history,
            positions: renamed(positions, names),
            conditions: renamed(conditions, names),
          }),
        ),
      findParked: (name, positions) =>
        TE.Functor.map(store.findParked(`${name}${suffix}`, positions), (documents) => documents.map(over)),
      generations: TE.Functor.map(store.generations, known),
      handlerStatuses: TE.Functor.map(store.handlerStatuses, known),
    },
    forget: () => {
      suffix = ' made anew'
    },
  }
}
