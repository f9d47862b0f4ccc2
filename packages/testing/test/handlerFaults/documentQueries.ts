import { type DocumentQuery, type HandlerDocument, SortKey } from '@foldlog/core/store'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, type HandlerFault, onPages, onQueries } from './HandlerFault.ts'

const laws = (name: string): string => `document queries: ${name}`

/** The first field by which a query orders, as a text. */
const firstField = ({ order = [] }: DocumentQuery, { data }: HandlerDocument): string =>
  String(SortKey.fieldAt(data, order[0]?.path ?? []))

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

export const documentQueryFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'compares numbers as texts',
    caughtBy: laws('values of a field come in one order'),
    says: 'the values',
    make: onPages((page, query) => {
      const [missing, values] = [page.documents.slice(0, 2), page.documents.slice(2, -3)]
      const sorted = values.toSorted((a, b) => compare(firstField(query, a), firstField(query, b)))
      return { ...page, documents: [...missing, ...sorted, ...page.documents.slice(-3)] }
    }),
  },
  {
    fault: 'has values of other kinds in a range',
    caughtBy: laws('a range has the values of one kind'),
    says: 'equalTo false',
    make: onQueries(({ ranges = [], ...query }) => ({ ...query, ranges: ranges.map((one) => ({ ...one, to: 'ff' })) })),
  },
  {
    fault: 'compares texts to their ends',
    caughtBy: laws('texts that begin with the same 250 bytes'),
    says: 'the keys',
    make: onPages((page, query) => ({
      ...page,
      documents: page.documents.toSorted((a, b) => compare(firstField(query, a), firstField(query, b))),
    })),
  },
  {
    fault: 'ignores the fields of nested objects',
    caughtBy: laws('a filter names fields of nested objects'),
    says: 'c = 1',
    make: onQueries(({ where = {}, ...query }) => ({
      ...query,
      where: Object.fromEntries(Object.entries(where).filter(([, value]) => typeof value !== 'object')),
    })),
  },
  {
    fault: 'has the end of a range of keys',
    caughtBy: laws('a range of keys begins with its first key'),
    says: 'from',
    make: onQueries(({ to, ...query }) => ({ ...query, to: to === undefined ? to : `${to}\u0001` })),
  },
  {
    fault: 'orders by the first field alone',
    caughtBy: laws('a query gives what a plain model gives'),
    says: 'Property failed',
    make: onQueries(({ order = [], ...query }) => ({ ...query, order: order.slice(0, 1) })),
  },
  {
    fault: 'goes on behind all documents with equal fields',
    caughtBy: laws('pages of a query have each of its documents once'),
    says: 'Property failed',
    make: onQueries(({ after, ...query }) => ({
      ...query,
      after:
        after === undefined || (query.order ?? []).length === 0 ? after : query.descending ? '\u0001' : '\u{10FFFF}b',
    })),
  },
  {
    fault: 'finds in an index only what has all of its fields',
    caughtBy: laws('declared indexes change no answer'),
    says: 'Property failed',
    make: broken((store) => {
      const indexed = new Set<string>()
      return {
        declareIndexes: (name, indexes) => {
          indexed.add(name)
          return store.declareIndexes(name, indexes)
        },
        listDocuments: (query) => {
          const { name, order = [], ranges = [] } = query
          const present = order.map(({ path }) => ({ path, from: '01', to: 'ff' }))
          return store.listDocuments(indexed.has(name) ? { ...query, ranges: [...ranges, ...present] } : query)
        },
      }
    }),
  },
  {
    fault: 'counts what is outside of the ranges too',
    caughtBy: laws('the count of a filter'),
    says: 'Property failed',
    make: broken((store) => ({ countDocuments: ({ ranges: _, ...filter }) => store.countDocuments(filter) })),
  },
  {
    fault: 'goes on at the present place of the last document',
    caughtBy: laws('a page goes on behind a document that has gone meanwhile'),
    says: 'behind one that has another value now',
    make: broken((store) => ({
      listDocuments: (query) => async () => {
        const { name, kind, after, order = [] } = query
        const found = after === undefined ? E.right([]) : await store.getDocuments({ name, kind }, [after])()
        const [last] = E.isRight(found) ? found.right : []
        const afterFields = last && order.map(({ path }) => SortKey.of(SortKey.fieldAt(last.data, path)))
        return store.listDocuments(afterFields === undefined ? query : { ...query, afterFields })()
      },
    })),
  },
  {
    fault: 'counts in the serving generation instead of the requested one',
    caughtBy: laws('a page and a count tell the generation'),
    says: 'the count of another generation',
    make: broken((store) => ({
      countDocuments: ({ generation, ...filter }) =>
        TE.Functor.map(store.countDocuments(filter), (one) => ({ ...one, generation: generation ?? one.generation })),
    })),
  },
]
