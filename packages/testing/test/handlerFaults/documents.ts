import type { Json } from '@foldlog/core'
import type { HandlerDocument } from '@foldlog/core/store'
import { Limits, storeUnavailable } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import {
  broken,
  each,
  farthest,
  type HandlerFault,
  type HandlerStoreUnderLaws,
  onPages,
  onQueries,
} from './HandlerFault.ts'

/** In the order of UTF-16, which is the order of JavaScript. */
const byUnit = ({ key: a }: HandlerDocument, { key: b }: HandlerDocument) => (a < b ? -1 : a > b ? 1 : 0)

const fieldOf = (data: Json, name: string): unknown =>
  typeof data === 'object' && data !== null && !Array.isArray(data) ? Reflect.get(data, name) : undefined

/** Accepts what a store refuses because of this limit. */
const ignoresLimit = (limit: number): HandlerFault['make'] =>
  broken((store) => ({
    commit: (commits) => async () => {
      const outcomes = await store.commit(commits)()
      if (E.isRight(outcomes) || outcomes.left._tag !== 'InvalidInput' || !outcomes.left.why.includes(`most ${limit} `))
        return outcomes
      return E.right(commits.map(() => 'committed' as const))
    },
  }))

export const documentFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'accepts documents of any size',
    caughtBy: 'large documents: a commit refuses a document that is too large',
    says: 'a text that is too long: expected an error',
    make: ignoresLimit(Limits.documentSize),
  },
  {
    fault: 'accepts documents of any size together',
    caughtBy: 'large documents: a commit refuses documents that are too large together',
    says: 'documents that are too large together: expected an error',
    make: ignoresLimit(Limits.commitSize),
  },
  {
    fault: 'takes an option that is undefined for one that no document meets',
    caughtBy: 'absent options: an option of a handler that is undefined is absent',
    says: 'the page',
    make: broken((store) => ({
      listDocuments: (query) =>
        TE.Functor.map(store.listDocuments(query), (page) =>
          Object.values(query ?? {}).includes(undefined) ? { ...page, documents: [] } : page,
        ),
    })),
  },
  {
    fault: 'sorts keys by UTF-16 code units',
    caughtBy: 'documents: documents are listed in the order of code points',
    says: 'the keys',
    make: onPages((page) => ({ ...page, documents: page.documents.toSorted(byUnit) })),
  },
  {
    fault: 'reports `end` for every full page',
    caughtBy: 'documents: documents are listed page by page',
    says: 'the end, after',
    make: onPages((page) => ({ ...page, end: true })),
  },
  {
    fault: 'finds no more documents than one answer holds',
    caughtBy: 'documents: documents that are large together are all listed',
    says: 'the documents by their keys',
    make: broken((store) => ({
      getDocuments: (of, keys) => TE.Functor.map(store.getDocuments(of, keys), (documents) => documents.slice(0, 15)),
    })),
  },
  {
    fault: 'lists nothing after a key that no document has',
    caughtBy: 'documents: a list may begin after a key that no document has',
    says: 'the keys',
    make: broken((store) => ({
      listDocuments: (query) => async () => {
        const { name, kind, after } = query
        const found = after === undefined ? E.right([]) : await store.getDocuments({ name, kind }, [after])()
        const isLost = after !== undefined && E.isRight(found) && found.right.length === 0
        return E.Functor.map(await store.listDocuments(query)(), (page) => (isLost ? { ...page, documents: [] } : page))
      },
    })),
  },
  {
    fault: 'treats a prefix as a pattern',
    caughtBy: 'documents: a prefix selects the keys that begin with it',
    says: 'the keys that begin with %',
    make: onQueries(({ prefix, ...query }) =>
      prefix === undefined || /[%_]/.test(prefix) ? query : { ...query, prefix },
    ),
  },
  {
    fault: 'compares values as texts',
    caughtBy: 'documents: a filter of fields selects the documents with these values',
    says: 'a = 1',
    make: broken((store) => ({
      listDocuments: ({ where = {}, ...query }) =>
        TE.Functor.map(store.listDocuments(query), (page) => ({
          ...page,
          documents: page.documents.filter(({ data }) =>
            Object.entries(where).every(([name, value]) => String(fieldOf(data, name)) === String(value)),
          ),
        })),
    })),
  },
  {
    fault: 'cuts pages before it filters by fields',
    caughtBy: 'documents: a filtered list has pages like any other',
    says: 'the first page',
    make: broken((store) => ({
      listDocuments: ({ where = {}, ...query }) =>
        TE.Functor.map(store.listDocuments(query), (page) => ({
          ...page,
          documents: page.documents.filter(({ data }) =>
            Object.entries(where).every(([name, value]) => fieldOf(data, name) === value),
          ),
        })),
    })),
  },
  {
    fault: 'lists documents of all partitions',
    caughtBy: 'documents: a list for partitions has the documents that these partitions wrote',
    says: 'view of 0 and 2',
    make: onQueries(({ partitions: _, ...query }) => query),
  },
  {
    fault: 'lists the serving generation instead of the requested one',
    caughtBy: 'documents: handlers, generations and kinds do not share documents',
    says: 'of another generation',
    make: onQueries(({ generation: _, ...query }) => query),
  },
  {
    fault: 'returns the highest checkpoint with a page',
    caughtBy: 'documents: a page of documents has the lowest checkpoint of the partitions',
    says: 'the position',
    make: broken((store) => ({
      listDocuments: (query) => async () => {
        const position = await farthest(store)(query.name)
        return E.Functor.map(await store.listDocuments(query)(), (page) => ({ ...page, position }))
      },
    })),
  },
  {
    fault: 'returns a document as often as its key is requested',
    caughtBy: 'documents: getDocuments returns each document once and leaves out unknown keys',
    says: 'the keys',
    make: broken((store) => ({
      getDocuments: (of, keys) =>
        TE.Functor.map(store.getDocuments(of, keys), (found) =>
          keys.flatMap((key) => found.filter((document) => document.key === key)),
        ),
    })),
  },
]

type Due = Extract<
  Awaited<ReturnType<ReturnType<HandlerStoreUnderLaws['dueDocuments']>>>,
  { readonly _tag: 'Right' }
>['right']

const whenDue = (change: (due: Due) => Due): HandlerFault['make'] =>
  broken((store) => ({
    dueDocuments: (of, partitions, count) => TE.Functor.map(store.dueDocuments(of, partitions, count), change),
  }))

export const dueFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'returns due documents by key, not by due time',
    caughtBy: 'due documents: due documents come in the order of due time',
    says: 'all of them',
    make: whenDue((due) => ({ ...due, documents: due.documents.toSorted(byUnit) })),
  },
  {
    fault: 'counts the due documents of all kinds together',
    caughtBy: 'due documents: due documents of one kind do not keep those of another back',
    says: 'one of each kind',
    make: broken((store) => ({
      dueDocuments: (of, partitions, count) =>
        TE.Functor.map(store.dueDocuments(of, partitions, count), (due) => ({
          ...due,
          documents: due.documents.slice(0, count),
        })),
    })),
  },
  {
    fault: 'returns only timers among the due documents',
    caughtBy: 'due documents: due documents are whole',
    says: 'what is due',
    make: whenDue((due) => ({ ...due, documents: due.documents.filter(({ kind }) => kind === 'timer') })),
  },
  {
    fault: 'returns due documents of all partitions',
    caughtBy: 'due documents: due documents are those of the requested partitions',
    says: 'of 0 and 2',
    make: broken((store) => ({ dueDocuments: (of, _, count) => store.dueDocuments(of, [0, 1, 2], count) })),
  },
  {
    fault: 'reports a due document as the next one too',
    caughtBy: 'due documents: a document is due when its time has come',
    says: 'the next',
    make: whenDue((due) => ({ ...due, next: due.next ?? due.documents[0]?.due ?? null })),
  },
  {
    fault: 'judges due times by a clock other than the reported one',
    caughtBy: 'due documents: due documents come with the store’s time that judged them',
    says: 'judged by',
    make: whenDue((due) => ({ ...due, now: new Date(due.now.getTime() - 60_000) })),
  },
  {
    fault: 'stores that an action is requested, not which one',
    caughtBy: 'due documents: a document with a requested action is due at once',
    says: 'what is due then',
    make: broken((store) => ({ requestAction: (document) => store.requestAction(document, 'an action') })),
  },
  {
    fault: 'accepts an action for a missing document',
    caughtBy: 'due documents: requesting an action does not create a missing document',
    says: '{"key":"b"}',
    make: broken((store) => ({
      requestAction: (document, action) => TE.Functor.map(store.requestAction(document, action), () => true),
    })),
  },
  {
    fault: 'keeps the due time of a document that is written without one',
    caughtBy: 'due documents: a document is no longer due when it is removed or written without a time',
    says: 'what is due',
    make: broken((store) => {
      const dues = new Map<string, Date>()
      return {
        commit: (commits) =>
          store.commit(
            each(commits, (work) => ({
              ...work,
              changes: work.changes.map((one) => {
                const due = one.due ?? dues.get(one.key)
                if (due === undefined || one.data === undefined) return one
                dues.set(one.key, due)
                return { ...one, due }
              }),
            })),
          ),
      }
    }),
  },
  {
    fault: 'fails for an unknown handler',
    caughtBy: 'due documents: an unknown handler has no due documents',
    says: 'expected success',
    make: broken((store) => ({
      dueDocuments: (of, partitions, count) => async () => {
        const known = await store.checkpoints([of.name])()
        return E.isRight(known) && known.right.positions[of.name] === undefined
          ? E.left(storeUnavailable('no such handler', false, undefined))
          : store.dueDocuments(of, partitions, count)()
      },
    })),
  },
  {
    fault: 'deletes due documents when a lease is released',
    caughtBy: 'due documents: a new owner of a partition finds the due documents of the former owner',
    says: 'what is due',
    make: broken((store) => {
      const forgotten = new Set<string>()
      return {
        release: (leases) => {
          for (const { name } of leases) forgotten.add(name)
          return store.release(leases)
        },
        dueDocuments: (of, partitions, count) =>
          TE.Functor.map(store.dueDocuments(of, partitions, count), (due) =>
            forgotten.has(of.name) ? { ...due, documents: [] } : due,
          ),
      }
    }),
  },
]
