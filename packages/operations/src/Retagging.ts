import type {
  BoundaryStore,
  DecodeFailure,
  Event,
  EventCodec,
  InvalidInput,
  LogRewound,
  Marker,
  Query,
  RecordedEvent,
  RequiredTag,
  StoreUnavailable,
  TagAddition,
  TaggingStore,
} from '@foldlog/core'
import { Tagged } from '@foldlog/core'
import { rejectInput, TaggingInput } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'

/**
 * The options of a run, which gives all events of a codec their tags. `name` is the name of the tagging. `events` is
 * the codec that makes the tags. `required` has, by the type of the event, the names of new tags that each event of
 * that type has. `categories` are those of the events; all when absent. `pageSize` is the number of events in one step,
 * 1,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface RetaggingOptions<Ev extends Event> {
  readonly name: string
  readonly events: Pick<EventCodec<Ev>, 'types' | 'decode' | 'tags' | 'storedNames'>
  readonly required: { readonly [K in Ev['type']]?: ReadonlyArray<string> | undefined }
  readonly categories?: ReadonlyArray<string> | undefined
  readonly pageSize?: number | undefined
}

/**
 * What a run has done: `read` is the number of events that it has read, `tagged` the number of those that got tags.
 *
 * @category model
 * @since 0.1.0
 */
export interface Retagging {
  readonly read: number
  readonly tagged: number
}

/**
 * Why a run has ended early. What it has done stays done, and it can be run again.
 *
 * @category errors
 * @since 0.1.0
 */
export type RetaggingError = DecodeFailure | InvalidInput | LogRewound | StoreUnavailable

type Step<A> = Promise<E.Either<RetaggingError, A>>

/** What is required of stored events, under all stored names of their types. */
const requiredBy = <Ev extends Event>({
  events,
  required,
  categories,
}: RetaggingOptions<Ev>): ReadonlyArray<RequiredTag> => {
  const storedNames = new Map<string, ReadonlyArray<string>>(Object.entries(events.storedNames))
  const pairs = Object.entries<ReadonlyArray<string> | undefined>(required).flatMap(([type, tags = []]) =>
    (storedNames.get(type) ?? [type]).flatMap((stored) => tags.map((tag) => ({ type: stored, tag }))),
  )
  return categories === undefined
    ? pairs
    : pairs.flatMap((pair) => categories.map((category) => ({ ...pair, category })))
}

/** The tags that an event gets, or why it cannot be tagged. */
const additionTo =
  <Ev extends Event>(codec: RetaggingOptions<Ev>['events'], required: ReadonlyArray<RequiredTag>) =>
  (event: RecordedEvent): E.Either<DecodeFailure | InvalidInput, TagAddition> => {
    const decoded = Tagged.decodeAll(codec)([event])
    if (E.isLeft(decoded)) return decoded
    const { type, stream, position } = event
    const tags = [...new Set(decoded.right.flatMap((part) => part.tags))]
    const lacked = TaggingInput.lackedBy({ type, stream, tags }, required)
    return lacked === undefined
      ? E.right({ position, tags: tags.filter((tag) => event.tags?.includes(tag) !== true) })
      : rejectInput('required', `the event ${type} at position ${position} gets no tag ${lacked.tag}`)
  }

/** Tags cannot be taken back, so a run that the store would refuse must end before it adds any. */
const checkNotFinal = async (
  store: TaggingStore,
  name: string,
  required: ReadonlyArray<RequiredTag>,
): Promise<E.Either<InvalidInput | StoreUnavailable, void>> => {
  const checked = TaggingInput.checkRequired(required)
  if (E.isLeft(checked)) return checked
  const all = await store.taggings()
  if (E.isLeft(all)) return all
  const before = all.right.find((tagging) => tagging.name === name)
  return before?.promoted === true && !TaggingInput.sameRequired(before.required, checked.right)
    ? rejectInput('required', TaggingInput.finalText(name))
    : E.right(undefined)
}

/** Tags the events that a marker has not seen, and returns the marker after them. */
const tagRest = async <Ev extends Event>(
  store: BoundaryStore & TaggingStore,
  { events: codec, categories, pageSize = 1_000 }: RetaggingOptions<Ev>,
  required: ReadonlyArray<RequiredTag>,
  before: Retagging & { readonly marker: Marker | undefined },
): Step<typeof before> => {
  const item = { types: codec.types, ...(categories === undefined ? undefined : { categories }) }
  const query: Query = Tagged.storedQuery(codec)([item])
  let { read, tagged, marker } = before
  for (;;) {
    const page = await store.readMatching({ query, after: marker, limit: pageSize })()
    if (E.isLeft(page)) return page
    const all: Array<TagAddition> = []
    for (const event of page.right.events) {
      const addition = additionTo(codec, required)(event)
      if (E.isLeft(addition)) return addition
      if (addition.right.tags.length > 0) all.push(addition.right)
    }
    const added = await store.addTags(all)()
    if (E.isLeft(added)) return added
    read += page.right.events.length
    tagged += all.length
    marker = page.right.marker
    if (page.right.end) return E.right({ read, tagged, marker })
  }
}

/**
 * Gives all events of a codec their tags, the stored ones too, while others append. Its codec must make the new tags
 * beside the old ones, and its role must own the store.
 *
 * It first adds the tags that stored events lack. It then requires them of later events, so that processes which do not
 * know them are refused. It then adds the tags of the events that have appeared meanwhile, and at last promotes the
 * tagging. Each step may be repeated: when a run was interrupted, run it again. When a stored event of a required type
 * gets no such tag, the run fails before it requires anything.
 *
 * A promoted tagging is final. A run under its name that requires other tags is `InvalidInput`, and adds none: give the
 * new tagging another name.
 *
 * Decisions may rest on the new tags only after the tagging was promoted: see {@link Retagging.requirePromoted}.
 *
 * @category constructors
 * @since 0.1.0
 */
const run =
  (store: BoundaryStore & TaggingStore) =>
  <Ev extends Event>(options: RetaggingOptions<Ev>): TE.TaskEither<RetaggingError, Retagging> =>
  async () => {
    const required = requiredBy(options)
    const allowed = await checkNotFinal(store, options.name, required)
    if (E.isLeft(allowed)) return allowed
    const first = await tagRest(store, options, required, { read: 0, tagged: 0, marker: undefined })
    if (E.isLeft(first)) return first
    const fenced = await store.requireTags(options.name, required)()
    if (E.isLeft(fenced)) return fenced
    const rest = await tagRest(store, options, required, first.right)
    if (E.isLeft(rest)) return rest
    const { read, tagged } = rest.right
    return E.map(() => ({ read, tagged }))(await store.promoteTagging(options.name)())
  }

/**
 * Fails with `InvalidInput` until a tagging is promoted. A process that decides on its tags calls this before it
 * starts. A promoted tagging stays promoted.
 *
 * @category destructors
 * @since 0.1.0
 */
const requirePromoted =
  (store: TaggingStore) =>
  (name: string): TE.TaskEither<InvalidInput | StoreUnavailable, void> =>
  async () => {
    const all = await store.taggings()
    if (E.isLeft(all)) return all
    return all.right.some((tagging) => tagging.name === name && tagging.promoted)
      ? E.right(undefined)
      : rejectInput('tagging', `${JSON.stringify(name)} is not promoted yet: some events may lack its tags`)
  }

/**
 * Functions on {@link Retagging}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Retagging = { run, requirePromoted } as const
