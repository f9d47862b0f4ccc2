import { Query } from '../values/Query.ts'
import type { StreamName } from '../values/StreamName.ts'
import type { Tag } from '../values/Tag.ts'
import type { Event } from './Event.ts'
import type { EventCodec } from './EventCodec.ts'
import { checkedView } from './internal/checkedView.ts'
import type { Tagged } from './Tagged.ts'

/**
 * How far a view has come. Only the view that made it reads it, and it is never changed.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewProgress {
  readonly ViewProgress: 'made by a view'
}

/**
 * A fold with the query that it needs: a decision rests on the events that its views select, and on no others. `query`
 * names types of decoded events. A view never sees an event that does not meet its query.
 *
 * Views are an applicative functor (`of`, `map`, `ap`). The query of a combination is the union of those of its parts.
 *
 * @category model
 * @since 0.1.0
 */
export interface View<out Ev extends Event, out S> {
  readonly query: Query
  readonly begin: ViewProgress
  /** Passes over an event that does not meet the query: the result is then the same progress. */
  readonly evolve: (progress: ViewProgress, event: Tagged<Event>) => ViewProgress
  readonly state: (progress: ViewProgress) => S
  /** The events that it folds. Exists in types only. */
  readonly handles?: Ev | undefined
}

/** Hides what a view folds: the progress that it gets is what it made itself. */
const hiding = <Ev extends Event, P, S>(view: {
  readonly query: Query
  readonly begin: P
  readonly evolve: (progress: P, event: Tagged<Event>) => P
  readonly state: (progress: P) => S
}): View<Ev, S> => view as unknown as View<Ev, S>

/**
 * The folds of a view, by the type of event. Each is pure.
 *
 * @category model
 * @since 0.1.0
 */
export type Folds<Ev extends Event, S> = {
  readonly [K in Ev['type']]?: ((state: S, event: Extract<Ev, { readonly type: K }>) => S) | undefined
}

/**
 * The options of a view: `events` is the codec of its events, `on` has a fold for each type that it handles. It handles
 * those that have all of `tags`, and, when these are given, are in one of `streams` and in one of `categories`.
 *
 * @category model
 * @since 0.1.0
 */
export interface ViewOptions<Ev extends Event, S, On> {
  readonly events: EventCodec<Ev>
  readonly initialState: S
  readonly on: On & Folds<Ev, NoInfer<S>>
  readonly tags?: ReadonlyArray<Tag> | undefined
  readonly streams?: ReadonlyArray<StreamName> | undefined
  readonly categories?: ReadonlyArray<string> | undefined
}

/**
 * Makes a view. Its query is derived from the types of its folds, and from the tags.
 *
 * @category constructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { EventCodec, Tag, View } from '@foldlog/core'
 * import * as t from 'io-ts'
 *
 * const CourseEvent = EventCodec.make({
 *   Subscribed: t.strict({ course: t.string, student: t.string }),
 *   Left: t.strict({ course: t.string, student: t.string }),
 * })
 *
 * const subscribers = (course: string) =>
 *   View.make({
 *     events: CourseEvent,
 *     initialState: 0,
 *     on: { Subscribed: (count) => count + 1, Left: (count) => count - 1 },
 *     tags: [Tag.of('course', course)],
 *   })
 *
 * console.log(subscribers('c1').query)
 * ```
 *
 * ```text
 * [ { types: [ 'Subscribed', 'Left' ], tags: [ 'course:c1' ] } ]
 * ```
 */
const make = <Ev extends Event, S, On extends { readonly [K in Ev['type']]?: unknown }>(
  options: ViewOptions<Ev, S, On>,
): View<Extract<Ev, { readonly type: keyof On }>, S> => {
  const { initialState, on, tags = [], streams, categories } = checkedView(options)
  // The fold under a type takes events of that type.
  const folds = new Map(Object.entries(on) as ReadonlyArray<[string, ((state: S, event: Event) => S) | undefined]>)
  const types = [...folds].flatMap(([type, fold]) => (fold === undefined ? [] : [type]))
  const item = {
    types,
    tags,
    ...(streams === undefined ? undefined : { streams }),
    ...(categories === undefined ? undefined : { categories }),
  }
  // An item without types would select events of all types.
  const query: Query = types.length === 0 ? [] : [item]
  const matches = Query.matches(query)
  return hiding({
    query,
    begin: initialState,
    evolve: (state, { event, stream, tags: ofEvent }) => {
      if (!matches({ type: event.type, stream, tags: ofEvent })) return state
      const fold = folds.get(event.type)
      return fold === undefined ? state : fold(state, event)
    },
    state: (state) => state,
  })
}

/**
 * The view that shows one value always, and needs no events.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = <S>(value: S): View<never, S> =>
  hiding({ query: [], begin: null, evolve: (progress) => progress, state: () => value })

/**
 * Shows the state of a view through a pure function.
 *
 * @category combinators
 * @since 0.1.0
 */
const map =
  <S, T>(f: (state: S) => T) =>
  <Ev extends Event>({ query, begin, evolve, state }: View<Ev, S>): View<Ev, T> => ({
    query,
    begin,
    evolve,
    state: (progress) => f(state(progress)),
  })

/** Views side by side, each with its own progress. */
const sideBySide = <Ev extends Event>(views: ReadonlyArray<View<Ev, unknown>>): View<Ev, ReadonlyArray<unknown>> => {
  const each = <A>(all: ReadonlyArray<ViewProgress>, f: (view: View<Ev, unknown>, own: ViewProgress) => A) =>
    // Under the index of a view is the progress that it made.
    views.map((view, i) => f(view, all[i] as ViewProgress))
  return hiding({
    query: views.reduce<Query>((query, view) => Query.union(query, view.query), []),
    begin: views.map(({ begin }): ViewProgress => begin),
    evolve: (all, event) => {
      const next = each(all, (view, own) => view.evolve(own, event))
      return next.every((one, i) => one === all[i]) ? all : next
    },
    state: (all) => each(all, (view, own) => view.state(own)),
  })
}

/**
 * Applies the function that one view shows to the state of another.
 *
 * @category combinators
 * @since 0.1.0
 */
const ap =
  <Ev extends Event, S>(other: View<Ev, S>) =>
  <Ev2 extends Event, T>(view: View<Ev2, (state: S) => T>): View<Ev | Ev2, T> =>
    map(([f, state]: ReadonlyArray<unknown>) => (f as (state: S) => T)(state as S))(
      // It shows the states of the two, in this order.
      sideBySide<Ev | Ev2>([view, other]),
    )

/**
 * Views by name.
 *
 * @category model
 * @since 0.1.0
 */
export type ViewRecord = Readonly<Record<string, View<Event, unknown>>>

/**
 * The events that one of several views folds.
 *
 * @category type level
 * @since 0.1.0
 */
export type ViewedBy<All extends ViewRecord> = {
  readonly [K in keyof All]: All[K] extends View<infer Ev, unknown> ? Ev : never
}[keyof All]

/**
 * The states of views, by name.
 *
 * @category type level
 * @since 0.1.0
 */
export type StatesOf<All extends ViewRecord> = {
  readonly [K in keyof All]: All[K] extends View<Event, infer S> ? S : never
}

/**
 * Composes views: its state has the state of each under its name, its query is the union of theirs, and each sees its
 * own events only.
 *
 * @category combinators
 * @since 0.1.0
 */
const all = <All extends ViewRecord>(views: All): View<ViewedBy<All>, StatesOf<All>> => {
  const names = Object.keys(views)
  // The union has the events of each.
  const each = Object.values(views) as unknown as ReadonlyArray<View<ViewedBy<All>, unknown>>
  return map(
    (states: ReadonlyArray<unknown>) =>
      // Each name has the state of its view.
      Object.fromEntries(names.map((name, i) => [name, states[i]])) as StatesOf<All>,
  )(sideBySide(each))
}

/**
 * Folds events into the state that a view shows. The events need not meet its query: the others are passed over.
 *
 * @category destructors
 * @since 0.1.0
 */
const fold =
  <S>({ begin, evolve, state }: View<Event, S>) =>
  (events: ReadonlyArray<Tagged<Event>>): S =>
    state(events.reduce((progress, event) => evolve(progress, event), begin))

/**
 * The applicative functor of {@link View}s.
 *
 * @category namespace
 * @since 0.1.0
 */
export const View = { make, of, map, ap, all, fold } as const
