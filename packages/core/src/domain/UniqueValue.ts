import { option as O } from 'fp-ts'
import { impossibleTag } from '../values/internal/impossibleTag.ts'
import type { KeyedHash } from '../values/KeyedHash.ts'
import { Query } from '../values/Query.ts'
import type { StreamName } from '../values/StreamName.ts'
import { Tag } from '../values/Tag.ts'
import type { Event } from './Event.ts'
import type { CodecEntry, EventsOf, TagsOf } from './EventCodec.ts'
import { checkedUniqueValue } from './internal/checkedUniqueValue.ts'
import { joinedTags, joinProblems, markedTags } from './internal/ruleTags.ts'
import type { Tagged } from './Tagged.ts'
import type { TagRule, TagsOfRules } from './TagRule.ts'
import type { View } from './View.ts'

/**
 * What an event does with unique values: it releases one, claims one, or both. Make it with `UniqueValue.claim`,
 * `UniqueValue.change` or `UniqueValue.release`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ValueChange {
  readonly releases?: string | undefined
  readonly claims?: string | undefined
}

/**
 * For each type of event that changes who owns a value: what it does, as a pure function of its data.
 *
 * @category model
 * @since 0.1.0
 */
export type ValueChanges<Entries extends Readonly<Record<string, CodecEntry>>> = {
  readonly [K in EventsOf<Entries>['type']]?:
    | ((data: Extract<EventsOf<Entries>, { readonly type: K }>['data']) => ValueChange)
    | undefined
}

/**
 * The options of a rule. `tag` is the name of its tags. `hash` hashes their values, so that no tag has a personal
 * value; without it a tag has the value itself. `normalize` returns the same text for values that count as the same,
 * such as `ada@x.org` for `Ada@x.org`. `on` says what each type of event does.
 *
 * @category model
 * @since 0.1.0
 */
export interface UniqueValueOptions<Entries extends Readonly<Record<string, CodecEntry>>, On> {
  readonly tag: string
  readonly hash?: KeyedHash | undefined
  readonly normalize?: ((value: string) => string) | undefined
  readonly on: On & ValueChanges<Entries>
}

/**
 * The rule "this value once": at any time, a value such as an e-mail address has at most one owner. The owner is the
 * stream with the event that claimed the value, and only an event of that stream releases it.
 *
 * `tags` is for the codec of the events. `owner` is the view that a boundary reads before it claims a value. As long as
 * every claim is decided on this view, no value has two owners.
 *
 * @category model
 * @since 0.1.0
 */
export interface UniqueValue<Entries extends Readonly<Record<string, CodecEntry>>, Types extends string> {
  readonly tags: { readonly [K in Types & keyof TagsOf<Entries>]-?: NonNullable<TagsOf<Entries>[K]> }
  readonly owner: (value: string) => View<Extract<EventsOf<Entries>, { readonly type: Types }>, O.Option<StreamName>>
}

/**
 * Makes a rule from the record of events that is also given to `EventCodec.make`. A wrong option is a mistake in the
 * program, so this throws where the rule is made.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { EventCodec, KeyedHash, UniqueValue } from '@foldlog/core'
 * import * as t from 'io-ts'
 *
 * const events = {
 *   Registered: t.strict({ email: t.string }),
 *   EmailChanged: t.strict({ from: t.string, to: t.string }),
 *   Closed: t.strict({ email: t.string }),
 * }
 * const uniqueEmail = UniqueValue.make(events, {
 *   tag: 'email',
 *   hash: KeyedHash.make({ key: 'b6f0c1d2e3a4958677' }),
 *   on: {
 *     Registered: ({ email }) => UniqueValue.claim(email),
 *     EmailChanged: ({ from, to }) => UniqueValue.change(from, to),
 *     Closed: ({ email }) => UniqueValue.release(email),
 *   },
 * })
 * const AccountEvent = EventCodec.make(events, { tags: uniqueEmail.tags })
 *
 * console.log(AccountEvent.types, uniqueEmail.owner('ada@example.com').query[0]?.types)
 * ```
 *
 * ```text
 * [ 'Registered', 'EmailChanged', 'Closed' ] [ 'Registered', 'EmailChanged', 'Closed' ]
 * ```
 */
const make = <
  Entries extends Readonly<Record<string, CodecEntry>>,
  On extends { readonly [K in EventsOf<Entries>['type']]?: unknown },
>(
  entries: Entries,
  options: UniqueValueOptions<Entries, On>,
): UniqueValue<Entries, keyof On & string> => {
  const { tag, hash, normalize = (value: string) => value, on } = checkedUniqueValue(entries, options)
  // The function under a type takes the data of events of that type.
  const changes = new Map(
    (Object.entries(on) as ReadonlyArray<[string, ((data: unknown) => ValueChange) | undefined]>).flatMap(
      ([type, change]) => (change === undefined ? [] : [[type, change] as const]),
    ),
  )
  const types = [...changes.keys()]
  /** The text of a value, `undefined` when it has none: JavaScript may pass anything. */
  const textOf = (value: unknown): string | undefined => {
    const text: unknown = typeof value === 'string' ? normalize(value) : undefined
    return typeof text === 'string' ? text : undefined
  }
  const tagsOf = (value: unknown): ReadonlyArray<Tag> => {
    const text = textOf(value)
    // Neither a tag nor an error may contain the value, which may be personal. `Tag.check` rejects this one.
    if (text === undefined) return [impossibleTag(`a value of the unique value ${tag} is not a text`) as Tag]
    if (hash === undefined) return [Tag.of(tag, text)]
    // The name is hashed too, so the hashes do not show that two rules have the same value.
    return hash(Tag.of(tag, text)).map((hashed) => Tag.of(tag, hashed))
  }
  const tagger = (change: (data: unknown) => ValueChange) => (data: unknown) => {
    const { claims, releases } = change(data)
    return [claims, releases].flatMap((value) => (value === undefined ? [] : tagsOf(value)))
  }
  const owner = (value: string) => {
    const own = textOf(value)
    const query: Query = types.length === 0 ? [] : tagsOf(value).map((one) => ({ types, tags: [one] }))
    const matches = Query.matches(query)
    const evolve = (now: O.Option<StreamName>, { event, stream, tags }: Tagged<Event>): O.Option<StreamName> => {
      const changed = matches({ type: event.type, stream, tags }) ? changes.get(event.type)?.(event.data) : undefined
      if (changed === undefined) return now
      const names = (one: string | undefined) => own !== undefined && textOf(one) === own
      const left = names(changed.releases) && O.isSome(now) && now.value === stream ? O.none : now
      return names(changed.claims) && O.isNone(left) ? O.some(stream) : left
    }
    const view = { query, begin: O.none, evolve, state: (now: O.Option<StreamName>) => now }
    // A view hides the type of its progress: the progress that it gets is what it made itself.
    return view as unknown as View<never, O.Option<StreamName>>
  }
  const tags = markedTags(
    tag,
    [...changes].map(([type, change]) => [type, tagger(change)]),
  )
  // Under each type is the function of its data, and the view passes over events of other types.
  return { tags, owner } as unknown as UniqueValue<Entries, keyof On & string>
}

/**
 * The tags of several rules: those of an event of any type are the tags that all of them make, in their order. To copy
 * the tags of two rules into one record would lose those of the first rule under a shared type; a codec rejects such a
 * record. A wrong rule is a mistake in the program, so this throws.
 *
 * @category combinators
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { EventCodec, UniqueValue } from '@foldlog/core'
 * import * as t from 'io-ts'
 *
 * const events = { Opened: t.strict({ room: t.string, phone: t.string }) }
 * const room = UniqueValue.make(events, { tag: 'room', on: { Opened: (data) => UniqueValue.claim(data.room) } })
 * const phone = UniqueValue.make(events, { tag: 'phone', on: { Opened: (data) => UniqueValue.claim(data.phone) } })
 * const RoomEvent = EventCodec.make(events, { tags: UniqueValue.tags([room, phone]) })
 *
 * console.log(RoomEvent.tags({ type: 'Opened', data: { room: 'A1', phone: '12' } }))
 * ```
 *
 * ```text
 * { _tag: 'Right', right: [ 'phone:12', 'room:A1' ] }
 * ```
 */
const tags = <const Rules extends ReadonlyArray<TagRule>>(rules: Rules): TagsOfRules<Rules> => {
  const wrong = joinProblems(rules)
  if (wrong.length > 0) throw new Error(`Invalid unique values: ${wrong.join('; ')}`)
  // Under each type is a function of the data that all rules take.
  return joinedTags(rules.map((rule) => rule.tags)) as TagsOfRules<Rules>
}

/**
 * The event claims a value that nobody owns.
 *
 * @category constructors
 * @since 0.1.0
 */
const claim = (value: string): ValueChange => ({ claims: value })

/**
 * The event releases a value of its stream, and claims another.
 *
 * @category constructors
 * @since 0.1.0
 */
const change = (from: string, to: string): ValueChange => ({ releases: from, claims: to })

/**
 * The event releases a value of its stream.
 *
 * @category constructors
 * @since 0.1.0
 */
const release = (value: string): ValueChange => ({ releases: value })

/**
 * Functions on {@link UniqueValue}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const UniqueValue = { make, tags, claim, change, release } as const
