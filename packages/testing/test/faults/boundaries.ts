import {
  type Append,
  type AppendError,
  type Appended,
  type Condition,
  Query,
  type RecordedEvent,
  Tag,
} from '@foldlog/core'
import { storeUnavailable, streamDeleted } from '@foldlog/core/store'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { either as E, taskEither as TE } from 'fp-ts'
import { broken, logPages, nextMacrotask, type StoreFault, streamPages } from './StoreFault.ts'

type Conditions = ReadonlyArray<Condition>

/** Changes the conditions of every append, alone or together with others. */
const withConditions =
  (change: (conditions: Conditions, store: MemoryStore) => Conditions): StoreFault['make'] =>
  () => {
    const store = makeMemoryStore()
    const changed = <A extends Append>(append: A) =>
      append.conditions === undefined ? append : { ...append, conditions: change(append.conditions, store) }
    return {
      ...store,
      append: (append) =>
        typeof append?.conditions === 'object' ? store.append(changed(append)) : store.append(append),
      appendAll: (appends) =>
        Array.isArray(appends) ? store.appendAll(appends.map(changed)) : store.appendAll(appends),
    }
  }

/** Changes the query of every condition. */
const withQueries = (change: (query: Condition['query']) => Condition['query']) =>
  withConditions((all) => all.map((one) => (Array.isArray(one?.query) ? { ...one, query: change(one.query) } : one)))

type Outcome = E.Either<AppendError, Appended>

/** Changes the result of every append. */
const withResults = (change: (outcome: Outcome, append: Append, store: MemoryStore) => Outcome) =>
  broken((store) => ({
    append: (append) => async () => change(await store.append(append)(), append, store),
  }))

type Matching = MemoryStore['readMatching']

/** Changes reads of matching events. */
const withReads = (change: (read: Matching, store: MemoryStore) => Matching) =>
  broken((store) => ({ readMatching: change(store.readMatching, store) }))

const withoutTags = ({ tags: _, ...event }: RecordedEvent): RecordedEvent => event

/** Looks whether conditions are met, then stores without them: others come between. */
const checksThenActs: StoreFault['make'] = () => {
  const store = makeMemoryStore()
  const append: MemoryStore['append'] = (given) => async () => {
    if (given?.conditions === undefined) return store.append(given)()
    // Whether they are met is what a store with the same content would say: the real one, asked for a read.
    for (const { query, marker } of given.conditions) {
      const page = await store.readMatching({ query, after: marker, limit: 1 })()
      if (E.isLeft(page) || page.right.events.length > 0) return store.append(given)()
    }
    await nextMacrotask()
    const { conditions: _, ...rest } = given
    return store.append(rest)()
  }
  return { ...store, append }
}

/** Looks at conditions first, and hides what else would have been said. */
const conditionsFirst = (hidden: ReadonlyArray<string>): StoreFault['make'] =>
  withResults((outcome, append) => {
    const said = E.isLeft(outcome) ? outcome.left._tag : outcome.right.repeated ? 'repeated' : 'stored'
    return hidden.includes(said) && append.conditions !== undefined
      ? E.left({ _tag: 'BoundaryChanged', conflicts: [] })
      : outcome
  })

/** Knows only the very objects that it has returned. */
const markersByIdentity: StoreFault['make'] = () => {
  const store = makeMemoryStore()
  const known = new WeakSet<object>()
  return {
    ...store,
    readMatching: (options) =>
      TE.Functor.map(store.readMatching(options), (page) => {
        known.add(page.marker)
        return page
      }),
    append: (append) => {
      const isKnown = (append.conditions ?? []).every(({ marker }) => marker === undefined || known.has(marker))
      return isKnown ? store.append(append) : TE.left({ _tag: 'BoundaryChanged', conflicts: [] })
    },
  }
}

/** Takes every marker for one that it has just read. */
const anyMarker = (parts: ReadonlyArray<'log' | 'history'>) =>
  broken((store) => ({
    append: (append) => async () => {
      const page = await store.readMatching({ query: [{ types: ['none'] }] })()
      if (E.isLeft(page)) return E.left(storeUnavailable('', true, page.left))
      const own = Object.fromEntries(parts.map((part) => [part, page.right.marker[part]]))
      const conditions = append.conditions?.map((one) =>
        one.marker?.settled === undefined ? one : { ...one, marker: { ...one.marker, ...own } },
      )
      return store.append({ ...append, conditions })()
    },
  }))

/** An event has only the tags that were added last, in every read. */
const replacesTags: StoreFault['make'] = () => {
  const store = makeMemoryStore()
  const replaced = new Map<number, ReadonlyArray<Tag>>()
  const change = (events: ReadonlyArray<RecordedEvent>) =>
    events.map((event) => {
      const tags = replaced.get(event.position)
      return tags === undefined ? event : { ...event, tags }
    })
  return {
    ...store,
    addTags: (additions) => async () => {
      const outcome = await store.addTags(additions)()
      if (E.isRight(outcome)) for (const { position, tags } of additions) replaced.set(position, [...tags].sort())
      return outcome
    },
    readLog: logPages(store, change),
    readStream: streamPages(store, change),
    readMatching: (options) =>
      TE.Functor.map(store.readMatching(options), (page) => ({
        ...page,
        events: change(page.events).filter(Query.matches(options.query)),
      })),
  }
}

const everyOther = 'conditions: an append is refused by what meets its condition, and by nothing else'

export const boundaryFaults: ReadonlyArray<StoreFault> = [
  {
    fault: 'looks at no conditions',
    caughtBy: [
      everyOther,
      'conditions: a condition without a marker excludes every event that meets it',
      'conditions: each of two keys refuses',
      'conditional appends at once: of 16 writers that have read the same, one is stored',
      'conditional appends at once: of 16 that claim a value without a read',
      'conditional appends at once: two that each write what the other has read',
      'conditional appends at once: queries of several keys',
      'conditional appends at once: queries without tags meet',
      'conditional appends at once: at most three of a kind',
      'the oracle: every event was decided on exactly what is before it',
      'the oracle: 20 writers of random queries',
      'histories of boundaries: concurrent appends to streams',
    ],
    make: withConditions(() => []),
  },
  {
    fault: 'looks first and stores later',
    caughtBy: [
      'conditional appends at once: of 16 writers that have read the same, one is stored',
      'conditional appends at once: of 16 that claim a value without a read',
      'conditional appends at once: two that each write what the other has read',
      'conditional appends at once: queries of several keys',
      'conditional appends at once: queries without tags meet',
      'conditional appends at once: at most three of a kind',
      'the oracle: every event was decided on exactly what is before it',
      'the oracle: 20 writers of random queries',
    ],
    make: checksThenActs,
  },
  {
    fault: 'looks at the first item of a query only',
    caughtBy: [everyOther, 'conditions: each of two keys refuses'],
    make: withQueries((query) => query.slice(0, 1)),
  },
  {
    fault: 'looks at the first tag of an item only',
    caughtBy: [everyOther, 'conditions: each of two keys refuses'],
    make: withQueries((query) => query.map((item) => ({ ...item, tags: item?.tags?.slice(0, 1) }))),
  },
  {
    fault: 'does not look at items without tags',
    caughtBy: [
      'conditions: a condition without tags is refused by any event',
      'conditional appends at once: queries without tags meet',
    ],
    make: withConditions((all) =>
      all.filter(({ query }) => !Array.isArray(query) || query.some((item) => (item?.tags ?? []).length > 0)),
    ),
  },
  {
    fault: 'refuses when anything has been appended since',
    caughtBy: [everyOther, 'conditional appends at once: disjoint boundaries'],
    make: withQueries((query) => [...query, {}]),
  },
  {
    fault: 'ignores the types of a query',
    caughtBy: [everyOther],
    make: withQueries((query) => query.map((item) => ({ ...item, types: undefined }))),
  },
  {
    fault: 'looks at the first condition only',
    caughtBy: [
      'conditions: all conditions that are not met are reported at once',
      'conditions: an error names at most 100',
    ],
    make: withConditions((all) => all.slice(0, 1)),
  },
  {
    fault: 'reports one conflict only',
    caughtBy: [everyOther, 'conditions: all conditions that are not met are reported at once'],
    make: withResults((outcome) =>
      E.isLeft(outcome) && outcome.left._tag === 'BoundaryChanged'
        ? E.left({ ...outcome.left, conflicts: outcome.left.conflicts.slice(0, 1) })
        : outcome,
    ),
  },
  {
    fault: 'says that nothing has appeared, in a refusal',
    caughtBy: [
      'conditions: all conditions that are not met are reported at once',
      'conditions: with what a refusal says, or a read after the marker',
    ],
    make: withResults((outcome, append) =>
      E.isLeft(outcome) && outcome.left._tag === 'BoundaryChanged'
        ? E.left({
            ...outcome.left,
            changes: outcome.left.changes?.map((change) => ({
              ...change,
              events: [],
              marker: append.conditions?.[change.condition]?.marker ?? { ...change.marker, settled: 0 },
            })),
          })
        : outcome,
    ),
  },
  {
    fault: 'returns markers that do not cover the append',
    caughtBy: [
      'conditions: the marker that an append returns covers it',
      'conditional appends at once: disjoint boundaries',
      'boundaries after a rewind: a restart keeps markers',
    ],
    make: withResults((outcome) =>
      E.Functor.map(outcome, ({ markers, ...result }) => ({
        ...result,
        ...(markers && { markers: markers.map((one) => ({ ...one, settled: one.settled - 1 })) }),
      })),
    ),
  },
  {
    fault: 'returns markers that cover what comes next',
    caughtBy: ['conditions: the marker that an append returns covers it'],
    make: withResults((outcome) =>
      E.Functor.map(outcome, ({ markers, ...result }) => ({
        ...result,
        ...(markers && { markers: markers.map((one) => ({ ...one, settled: one.settled + 1_000 })) }),
      })),
    ),
  },
  {
    fault: 'returns markers of appends without conditions, too',
    caughtBy: ['conditions: an append without conditions returns no markers'],
    make: withResults((outcome) => E.Functor.map(outcome, (result) => ({ markers: [], ...result }))),
  },
  {
    fault: 'refuses an append by its own events',
    caughtBy: ['conditions: an event of its own never refuses an append'],
    make: withResults((outcome, append) =>
      E.isRight(outcome) && append.conditions?.some(({ query }) => query.length > 0) && append.events.length > 1
        ? E.left({ _tag: 'BoundaryChanged', conflicts: [] })
        : outcome,
    ),
  },
  {
    fault: 'looks at the conditions of the first of several appends only',
    caughtBy: ['conditions: the conditions of each part hold for all'],
    make: broken((store) => ({
      appendAll: (appends) =>
        store.appendAll(appends.map((append, i) => (i === 0 ? append : { ...append, conditions: undefined }))),
    })),
  },
  {
    fault: 'looks at conditions before the ids that are stored',
    caughtBy: [
      'the order of looking: an append that is repeated returns its first result',
      'the order of looking: an event id that is used elsewhere',
    ],
    make: conditionsFirst(['repeated', 'EventIdReused']),
  },
  {
    fault: 'looks at conditions before versions and checks',
    caughtBy: ['the order of looking: a version comes before', 'the order of looking: a check comes before'],
    make: conditionsFirst(['VersionConflict']),
  },
  {
    fault: 'looks at conditions before deleted streams',
    caughtBy: ['the order of looking: a deleted stream comes before'],
    make: conditionsFirst(['StreamDeleted']),
  },
  {
    fault: 'forgets tags',
    caughtBy: ['tags: every read returns the tags of an event'],
    make: broken((store) => ({ readLog: logPages(store, (events) => events.map(withoutTags)) })),
  },
  {
    fault: 'gives every event a list of tags, also an empty one',
    caughtBy: ['tags: every read returns the tags of an event', 'tags: an empty list of tags is no tags'],
    make: broken((store) => ({
      readLog: logPages(store, (events) => events.map((event) => ({ tags: [], ...event }))),
    })),
  },
  {
    fault: 'compares the beginning of tags only',
    caughtBy: ['tags: an event has up to 32 tags'],
    make: withReads((read, store) => (options) => async () => {
      const all = await store.readMatching({ query: [{}] })()
      const [first] = options?.query?.[0]?.tags ?? []
      if (first === undefined || first.length < 100 || E.isLeft(all)) return read(options)()
      const cut = (tag: Tag) => tag.slice(0, 100)
      const events = all.right.events.filter(({ tags = [] }) => tags.map(cut).includes(cut(first)))
      return E.right({ ...all.right, events })
    }),
  },
  {
    fault: 'ignores the tags of a filter',
    caughtBy: ['tags: a filter of the log selects events with all of its tags'],
    make: broken((store) => ({
      readLog: (options) => {
        const { tags: _, ...filter } = options?.filter ?? {}
        return store.readLog({ ...options, filter })
      },
    })),
  },
  {
    fault: 'reads an event once for each item that it meets',
    caughtBy: ['matching events: a query selects exactly what it describes'],
    make: withReads((read) => (options) => async () => {
      const page = await read(options)()
      if (E.isLeft(page)) return page
      const events = page.right.events.flatMap((event) => (options.query.length > 2 ? [event, event] : [event]))
      return E.right({ ...page.right, events })
    }),
  },
  {
    fault: 'reads matching events in the order of their streams',
    caughtBy: ['matching events: a query selects exactly what it describes'],
    make: withReads(
      (read) => (options) =>
        TE.Functor.map(read(options), (page) => ({
          ...page,
          events: [...page.events].sort((one, other) => one.stream.localeCompare(other.stream)),
        })),
    ),
  },
  {
    fault: 'covers everything by the marker of a page',
    caughtBy: [
      'matching events: a marker of a page covers that page',
      'matching events: pages of any size have every event once',
    ],
    make: withReads((read, store) => (options) => async () => {
      const all = await store.readMatching({ query: [{}], limit: 10_000 })()
      const page = await read(options)()
      return E.isLeft(page) || E.isLeft(all) ? page : E.right({ ...page.right, marker: all.right.marker })
    }),
  },
  {
    fault: 'covers only what it returned, by the marker of a read backward',
    caughtBy: ['matching events: a marker of a read backward covers everything'],
    make: withReads(
      (read) => (options) =>
        TE.Functor.map(read(options), (page) =>
          options.backward && !page.end ? { ...page, marker: { ...page.marker, settled: 0 } } : page,
        ),
    ),
  },
  {
    fault: 'reads events again that a marker has seen',
    caughtBy: ['matching events: a read after a marker has what has appeared since'],
    make: withReads(
      (read) => (options) =>
        read(
          options?.after && options.after.settled > 0
            ? { ...options, after: { ...options.after, settled: 1 } }
            : options,
        ),
    ),
  },
  {
    fault: 'has pages without an end',
    caughtBy: ['matching events: a page without a limit has 1,000 events'],
    make: withReads(
      (read) => (options) => read(options?.limit === undefined ? { ...options, limit: 10_000 } : options),
    ),
  },
  {
    fault: 'takes its marker after it has read',
    caughtBy: ['conditional appends at once: a marker that is read while others write'],
    make: withReads((read, store) => (options) => async () => {
      const page = await read(options)()
      await nextMacrotask()
      const later = await store.readMatching({ query: [{ types: ['none'] }] })()
      return E.isLeft(page) || E.isLeft(later) ? page : E.right({ ...page.right, marker: later.right.marker })
    }),
  },
  {
    fault: 'passes over events of deleted streams',
    caughtBy: ['matching events: events of a deleted stream still meet a query'],
    make: withReads((read, store) => (options) => async () => {
      const page = await read(options)()
      if (E.isLeft(page)) return page
      const infos = await Promise.all(page.right.events.map(({ stream }) => store.streamInfo(stream)()))
      const isOpen = (_: RecordedEvent, i: number) => {
        const info = infos[i]
        return info !== undefined && E.isRight(info) && info.right.status === 'open'
      }
      return E.right({ ...page.right, events: page.right.events.filter(isOpen) })
    }),
  },
  {
    fault: 'takes a marker for an object of its own',
    caughtBy: ['matching events: a marker is data'],
    make: markersByIdentity,
  },
  {
    fault: 'takes markers of other stores',
    caughtBy: ['input of boundaries: a marker of another store is rejected'],
    make: anyMarker(['log', 'history']),
  },
  {
    fault: 'takes markers of lost events',
    caughtBy: ['boundaries after a rewind: a marker of lost events refuses an append'],
    make: anyMarker(['history']),
  },
  {
    fault: 'compares no marker with the end of the log',
    caughtBy: ['boundaries after a rewind: a read after a marker of lost events says so'],
    make: withReads((read, store) => (options) => async () => {
      const [page, end, history] = [await read(options)(), await store.settledPosition(), await store.history()]
      if (E.isRight(page) || page.left._tag !== 'LogRewound' || E.isLeft(end) || E.isLeft(history)) return page
      const { after } = options
      if (after === undefined || after.settled <= end.right) return page
      return read({ ...options, after: { ...after, settled: end.right, history: history.right } })()
    }),
  },
  {
    fault: 'takes any query',
    caughtBy: ['input of boundaries: a query that is not valid is rejected'],
    make: withQueries((query) => (query.length === 0 ? [{}] : query)),
  },
  {
    fault: 'takes queries of 63 items at most',
    caughtBy: ['input of boundaries: the largest query is taken'],
    make: withQueries((query) => (query.length === 64 ? [...query, {}] : query)),
  },
  {
    fault: 'looks at deleted streams before its input',
    caughtBy: ['the order of looking: input that is not valid is rejected'],
    make: broken((store) => ({
      append: (append) => async () => {
        const info = await store.streamInfo(append.stream)()
        return E.isRight(info) && info.right.status === 'deleted'
          ? E.left(streamDeleted(append.stream))
          : store.append(append)()
      },
    })),
  },
  {
    fault: 'leaves out tags that are not valid',
    caughtBy: ['input of boundaries: tags that are not valid are rejected'],
    make: broken((store) => ({
      append: (append) =>
        store.append({
          ...append,
          events: append.events.map(({ tags, ...event }) => ({
            ...event,
            ...(Array.isArray(tags) && { tags: tags.filter((tag) => E.isRight(Tag.check('tag')(tag))) }),
          })),
        }),
    })),
  },
  {
    fault: 'takes anything for conditions',
    caughtBy: ['input of boundaries: conditions that are none, or too many'],
    make: broken((store) => ({
      append: (append) =>
        store.append({ ...append, conditions: Array.isArray(append.conditions) ? append.conditions : undefined }),
    })),
  },
  {
    fault: 'makes a limit of anything',
    caughtBy: ['input of boundaries: options of a read that are not valid'],
    make: withReads((read) => (options) => read({ ...options, limit: Math.max(1, Number(options?.limit ?? 1_000)) })),
  },
  {
    fault: 'refuses every marker that was read before a rewind',
    caughtBy: [
      'boundaries after a rewind: a marker of events that were kept',
      'boundaries after a rewind: a restart keeps markers',
    ],
    make: broken((store) => ({
      append: (append) => async () => {
        const now = await store.history()
        const isOld = append.conditions?.some(
          ({ marker }) => marker !== undefined && E.isRight(now) && marker.history !== now.right,
        )
        return isOld ? E.left({ _tag: 'BoundaryChanged', conflicts: [], rewound: true }) : store.append(append)()
      },
    })),
  },
  {
    fault: 'keeps what is lost in its index',
    caughtBy: ['boundaries after a rewind: what is lost meets no query'],
    make: broken((store) => {
      const used = new Set<Tag>()
      return {
        append: (append) => async () => {
          const claimed = (append.conditions ?? []).flatMap(({ query, marker }) =>
            marker === undefined ? query.flatMap(({ tags = [] }) => tags) : [],
          )
          if (claimed.some((tag) => used.has(tag))) return E.left({ _tag: 'BoundaryChanged', conflicts: [] })
          for (const { tags = [] } of append.events) for (const tag of tags) used.add(tag)
          return store.append(append)()
        },
      }
    }),
  },
  {
    fault: 'replaces the tags of an event',
    caughtBy: ['taggings: events keep their tags'],
    make: replacesTags,
  },
  {
    fault: 'leaves out the first addition of tags',
    caughtBy: ['taggings: events keep their tags'],
    make: broken((store) => ({
      addTags: (additions) => store.addTags(Array.isArray(additions) ? additions.slice(1) : additions),
    })),
  },
  {
    fault: 'keeps one tagging only',
    caughtBy: ['taggings: what several taggings require'],
    make: broken((store) => ({
      requireTags: (name, required) => store.requireTags(name === 'two' ? 'one' : name, required),
    })),
  },
  {
    fault: 'takes any requirements under the name of a promoted tagging, and requires nothing',
    caughtBy: ['taggings: a tagging can be required again'],
    make: broken((store) => ({
      requireTags: (name, required) => async () => {
        const all = await store.taggings()
        const isPromoted = E.isRight(all) && all.right.some((one) => one.name === name && one.promoted)
        return isPromoted ? E.right(undefined) : store.requireTags(name, required)()
      },
    })),
  },
  {
    fault: 'adds the tags that it can add',
    caughtBy: ['taggings: tags are added to all events, or to none'],
    make: broken((store) => ({
      addTags: (additions) => async () => {
        const outcome = await store.addTags(additions)()
        if (E.isLeft(outcome)) for (const one of additions) await store.addTags([one])()
        return outcome
      },
    })),
  },
  {
    fault: 'adds no tags',
    caughtBy: ['taggings: a condition on an added tag'],
    make: broken(() => ({ addTags: () => TE.right(undefined) })),
  },
  {
    fault: 'forgets what is required',
    caughtBy: ['taggings: an event without a required tag', 'taggings: a tagging can be required again'],
    make: broken(() => ({ requireTags: () => TE.right(undefined) })),
  },
  {
    fault: 'forgets the categories of what is required',
    caughtBy: ['taggings: a tag that is required in a category'],
    make: broken((store) => ({
      requireTags: (name, required) =>
        store.requireTags(
          name,
          Array.isArray(required) ? required.map((one) => ({ ...one, category: undefined })) : required,
        ),
    })),
  },
  {
    fault: 'accepts every name of a tagging',
    caughtBy: ['taggings: a tagging can be required again', 'taggings: input of taggings'],
    make: broken((store) => ({
      promoteTagging: (name) => async () => {
        await store.promoteTagging(name)()
        return E.right(undefined)
      },
    })),
  },
]
