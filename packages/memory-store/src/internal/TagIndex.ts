import type { Tag } from '@foldlog/core'

interface Indexed {
  readonly type: string
  readonly tags: ReadonlyArray<Tag> | null
}

/** The events of each tag and of each type, in the order of positions. */
export interface TagIndex<A extends Indexed> {
  readonly byTag: Map<Tag, Array<A>>
  readonly byType: Map<string, Array<A>>
}

export const emptyIndex = <A extends Indexed>(): TagIndex<A> => ({ byTag: new Map(), byType: new Map() })

const addTo = <K, A>(lists: Map<K, Array<A>>, key: K, event: A): void => {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [event])
  else list.push(event)
}

/** Adds an event that is written at the end of the log. */
export const addToIndex = <A extends Indexed>({ byTag, byType }: TagIndex<A>, event: A): void => {
  addTo(byType, event.type, event)
  for (const tag of event.tags ?? []) addTo(byTag, tag, event)
}
