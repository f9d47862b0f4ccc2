import { Query } from '@foldlog/core'
import type { CheckedQuery, CheckedQueryItem } from '@foldlog/core/store'
import { type Log, queriedOf, type StoredEvent } from './Log.ts'

type Lists = ReadonlyArray<ReadonlyArray<StoredEvent>>

const none: ReadonlyArray<StoredEvent> = []

const size = (lists: Lists): number => lists.reduce((sum, { length }) => sum + length, 0)

/**
 * Lists that have all events of an item, each perhaps with others: the shortest that there are. Those of one tag are
 * enough, because an event has all tags of the item.
 */
const candidates = (log: Log, { types, tags, streams }: CheckedQueryItem): Lists => {
  const choices: ReadonlyArray<Lists> = [
    ...tags.map((tag) => [log.index.byTag.get(tag) ?? none]),
    ...(types.length === 0 ? [] : [types.map((type) => log.index.byType.get(type) ?? none)]),
    ...(streams.length === 0 ? [] : [streams.map((stream) => log.streams.get(stream)?.events ?? none)]),
  ]
  return choices.reduce((best, lists) => (size(lists) < size(best) ? lists : best), [log.events])
}

/** The index of the first event above a position, in a list that is sorted by position. */
const firstAbove = (list: ReadonlyArray<StoredEvent>, position: number): number => {
  let [low, high] = [0, list.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((list[middle]?.position ?? 0) > position) high = middle
    else low = middle + 1
  }
  return low
}

/** The events above a position that meet a query, in the order of positions. */
export const matchingAfter = (log: Log, query: CheckedQuery, position: number): ReadonlyArray<StoredEvent> => {
  const found = new Map<number, StoredEvent>()
  for (const item of query) {
    const matches = Query.matches([item])
    for (const list of candidates(log, item)) {
      for (let i = firstAbove(list, position); i < list.length; i++) {
        const event = list[i]
        if (event === undefined || found.has(event.position)) continue
        if (matches(queriedOf(event))) found.set(event.position, event)
      }
    }
  }
  return [...found.values()].sort((one, other) => one.position - other.position)
}
