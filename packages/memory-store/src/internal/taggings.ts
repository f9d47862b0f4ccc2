import type { InvalidInput, RequiredTag, StoreUnavailable, TagAddition, TaggingStore } from '@foldlog/core'
import { type CheckedAppend, rejectInput, storeUnavailable, TaggingInput } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { checkRunning, type Log, type StoredEvent } from './Log.ts'
import { addToIndex } from './TagIndex.ts'

/** Refuses appends of events that lack a required tag: their process does not know it. */
export const checkTaggings = (log: Log, parts: ReadonlyArray<CheckedAppend>): E.Either<StoreUnavailable, void> => {
  if (log.taggings.size === 0) return E.right(undefined)
  const required = [...log.taggings.values()].flatMap((tagging) => tagging.required)
  for (const { stream, events } of parts) {
    for (const { type, tags } of events) {
      const lacked = TaggingInput.lackedBy({ type, stream, tags: tags ?? [] }, required)
      if (lacked !== undefined) return E.left(storeUnavailable(TaggingInput.lackText(lacked), false, undefined))
    }
  }
  return E.right(undefined)
}

const withTags = (event: StoredEvent, { tags }: TagAddition): StoredEvent => ({
  ...event,
  tags: [...new Set([...(event.tags ?? []), ...tags])].sort(),
})

/** Replaces the events. The index is made anew, because its lists have the order of positions. */
const add = (log: Log, additions: ReadonlyArray<TagAddition>): E.Either<InvalidInput, void> => {
  const missing = additions.find(({ position }) => log.events[position - 1] === undefined)
  if (missing !== undefined) return rejectInput('additions', `there is no event at position ${missing.position}`)
  for (const addition of additions) {
    const event = log.events[addition.position - 1]
    if (event === undefined) continue
    const next = withTags(event, addition)
    log.events[addition.position - 1] = next
    log.byId.set(next.id, next)
    const stream = log.streams.get(next.append.stream)
    if (stream !== undefined) stream.events[next.version - 1] = next
  }
  log.index.byTag.clear()
  log.index.byType.clear()
  for (const event of log.events) addToIndex(log.index, event)
  return E.right(undefined)
}

const requireAll = (log: Log, name: string, required: ReadonlyArray<RequiredTag>): E.Either<InvalidInput, void> => {
  const tagging = log.taggings.get(name)
  if (tagging?.promoted !== true) {
    log.taggings.set(name, { name, required, promoted: false })
    return E.right(undefined)
  }
  return TaggingInput.sameRequired(tagging.required, required)
    ? E.right(undefined)
    : rejectInput('required', TaggingInput.finalText(name))
}

export const taggingsOf = (log: Log): TaggingStore => ({
  addTags: (additions) => async () =>
    F.pipe(
      TaggingInput.checkAdditions(additions),
      E.chainFirstW(checkRunning(log)),
      E.chainW((checked) => add(log, checked)),
    ),

  requireTags: (name, required) => async () =>
    F.pipe(
      TaggingInput.checkName(name),
      E.chainW((checked) =>
        F.pipe(
          TaggingInput.checkRequired(required),
          E.chainFirstW(checkRunning(log)),
          E.chainW((tags) => requireAll(log, checked, tags)),
        ),
      ),
    ),

  promoteTagging: (name) => async () =>
    F.pipe(
      TaggingInput.checkName(name),
      E.chainFirstW(checkRunning(log)),
      E.chainW((checked) => {
        const tagging = log.taggings.get(checked)
        if (tagging === undefined) return rejectInput('name', `no tags are required under ${JSON.stringify(checked)}`)
        log.taggings.set(checked, { ...tagging, promoted: true })
        return E.right(undefined)
      }),
    ),

  taggings: async () =>
    F.pipe(
      checkRunning(log)(),
      E.map(() =>
        [...log.taggings.values()]
          .sort((one, other) => (one.name < other.name ? -1 : 1))
          .map((tagging) => ({ ...tagging, required: tagging.required.map((one) => ({ ...one })) })),
      ),
    ),
})
