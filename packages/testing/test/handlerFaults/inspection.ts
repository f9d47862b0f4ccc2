import { invalidInput, type LogSearch } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, type HandlerFault } from './HandlerFault.ts'

const onSearch = (change: (search: LogSearch) => LogSearch): HandlerFault['make'] =>
  broken((store) => ({
    searchLog: (search) => store.searchLog(Object(search) === search ? change(search ?? {}) : search),
  }))

/** As the only handle of a log in which an append is open: events behind it are found. */
const searchesUnsettled: HandlerFault['make'] = () => {
  const store = makeMemoryStore()
  let open: number | undefined
  return {
    store: { ...store, settledPosition: TE.Functor.map(store.settledPosition, (end) => Math.min(end, open ?? end)) },
    leaveAppendOpen: async () => {
      const end = await store.settledPosition()
      open = E.isRight(end) ? end.right : 0
      return async () => {
        open = undefined
      }
    },
  }
}

const earlier = (by: number, date: Date | undefined) => date && new Date(date.getTime() + by)

export const inspectionFaults: ReadonlyArray<HandlerFault> = [
  {
    fault: 'returns the oldest events of a page first',
    caughtBy: 'inspection: a search returns the events of a filter',
    says: 'by',
    make: broken((store) => ({
      searchLog: (search) =>
        TE.Functor.map(store.searchLog(search), (page) => ({ ...page, events: page.events.toReversed() })),
    })),
  },
  {
    fault: 'reports the end of a search with a full page',
    caughtBy: 'inspection: a search returns the events of a filter',
    says: 'by 1',
    make: broken((store) => ({
      searchLog: (search) => TE.Functor.map(store.searchLog(search), (page) => ({ ...page, end: true })),
    })),
  },
  {
    fault: 'ignores the tags of a search',
    caughtBy: 'inspection: a search by tags',
    says: 'tags',
    make: onSearch(({ filter, ...search }) => ({ ...search, filter: filter && { ...filter, tags: undefined } })),
  },
  {
    fault: 'includes the position before which a search begins',
    caughtBy: 'inspection: a search without a filter',
    says: 'before the second event',
    make: onSearch((search) =>
      search.before === undefined || search.before < 2 ? search : { ...search, before: search.before + 1 },
    ),
  },
  {
    fault: 'takes a causation id for a correlation id',
    caughtBy: 'inspection: events are found by correlation id and by causation id',
    says: 'by correlation id',
    make: onSearch(({ correlationId, ...search }) => ({ ...search, causationId: correlationId ?? search.causationId })),
  },
  {
    fault: 'excludes the first millisecond of a search',
    caughtBy: 'inspection: a search by time includes its beginning',
    says: 'from',
    make: onSearch((search) => ({ ...search, since: earlier(1, search.since) })),
  },
  {
    fault: 'finds events behind an open append',
    caughtBy: 'inspection: a search returns settled events only',
    says: 'the last',
    make: searchesUnsettled,
  },
  {
    fault: 'lists streams by UTF-16',
    caughtBy: 'inspection: streams are listed by prefix',
    says: 'the prefix',
    make: broken((store) => ({
      listStreams: (query) =>
        TE.Functor.map(store.listStreams(query), ({ streams, end }) => ({
          streams: streams.toSorted((a, b) => (a.stream < b.stream ? -1 : 1)),
          end,
        })),
    })),
  },
  {
    fault: 'lists no deleted stream',
    caughtBy: 'inspection: a deleted stream is listed',
    says: 'the stream',
    make: broken((store) => ({
      listStreams: (query) =>
        TE.Functor.map(store.listStreams(query), ({ streams, end }) => ({
          streams: streams.filter(({ status }) => status === 'open'),
          end,
        })),
    })),
  },
  {
    fault: 'counts all versions of a type together',
    caughtBy: 'inspection: events are counted by category',
    says: 'the counts',
    make: broken((store) => ({
      countEvents: TE.Functor.map(store.countEvents, ({ counts, estimated }) => ({
        counts: counts.map((one) => ({ ...one, schemaVersion: 1 })),
        estimated,
      })),
    })),
  },
  {
    fault: 'lists timers by key',
    caughtBy: 'inspection: pending timers are listed in the order',
    says: 'the timers',
    make: broken((store) => ({
      listTimers: (query) =>
        TE.Functor.map(store.listTimers(query), (page) => ({
          ...page,
          documents: page.documents.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
        })),
    })),
  },
  {
    fault: 'lists the timers of the serving generation for any other',
    caughtBy: 'inspection: timers of other handlers and generations',
    says: 'an unknown generation',
    make: broken((store) => ({
      listTimers: (query) =>
        store.listTimers(typeof query?.name === 'string' ? { ...query, generation: undefined } : query),
    })),
  },
  {
    fault: 'refuses an undefined option',
    caughtBy: 'inspection: an inspection refuses bad input',
    says: 'expected success',
    make: broken((store) => ({
      listStreams: (query) =>
        Object.values(query ?? {}).includes(undefined)
          ? TE.left(invalidInput('query', 'undefined'))
          : store.listStreams(query),
    })),
  },
]
