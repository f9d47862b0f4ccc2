import type { StreamName } from '@foldlog/core'
import { either as E, function as F } from 'fp-ts'
import type { Decoding, EventDescription } from './EventDescription.ts'
import type { EventMask } from './EventMask.ts'
import { hidden } from './internal/hide.ts'
import { maskedDifferences } from './internal/maskedDifferences.ts'
import { OperatedDomain } from './OperatedDomain.ts'
import type { ParkedTrial } from './ParkedTrial.ts'
import type { StateAt, StateHistory } from './StateHistory.ts'
import type { TraceNode } from './Trace.ts'
import type { ValueMask } from './ValueMask.ts'
import type { ViewChecks } from './ViewCheck.ts'
import type { ViewHistory } from './ViewHistory.ts'
import type { WhatIf } from './WhatIf.ts'

/**
 * The masks that hide personal data of events, states and views before a person sees them. `hides` is false when
 * nothing is hidden. Names of streams, keys of views and the texts of errors are never hidden.
 *
 * @category model
 * @since 0.1.0
 */
export interface Masks {
  readonly hides: boolean
  readonly event: EventMask
  readonly state: ValueMask
  readonly view: ValueMask
}

/**
 * Hides nothing.
 *
 * @category constructors
 * @since 0.1.0
 */
const none: Masks = { hides: false, event: F.identity, state: F.identity, view: F.identity }

/**
 * The masks of an application. When there is at least one, all states are hidden as a whole without `state`, and all
 * views without `view`: nobody has said which of their fields are personal.
 *
 * @category constructors
 * @since 0.1.0
 */
const of = ({
  event,
  state,
  view,
}: {
  readonly event?: EventMask | undefined
  readonly state?: ValueMask | undefined
  readonly view?: ValueMask | undefined
}): Masks => {
  if (event === undefined && state === undefined && view === undefined) return none
  const all: ValueMask = (value) => (value === undefined ? undefined : hidden)
  return { hides: true, event: event ?? F.identity, state: state ?? all, view: view ?? all }
}

/** Says whether an event can be decoded, but not to what. */
const decoding = (masks: Masks, found: Decoding): Decoding =>
  masks.hides && found._tag === 'Decoded' ? { _tag: 'Decoded', events: [] } : found

/**
 * Masks a described event. The description says whether the event can be decoded, but not to what.
 *
 * @category combinators
 * @since 0.1.0
 */
const description =
  (masks: Masks) =>
  <A extends EventDescription>(one: A): A => ({
    ...one,
    recorded: masks.event(one.recorded),
    decoding: decoding(masks, one.decoding),
  })

/**
 * Masks an event with all its effects.
 *
 * @category combinators
 * @since 0.1.0
 */
const trace =
  (masks: Masks) =>
  (node: TraceNode): TraceNode => ({
    ...node,
    event: masks.event(node.event),
    effects: node.effects.map(trace(masks)),
  })

const stateMask =
  (masks: Masks, domain: OperatedDomain, stream: StreamName) =>
  (state: unknown): unknown => {
    const aggregate = OperatedDomain.aggregateOf(domain, stream)
    return E.isLeft(aggregate) ? hidden : masks.state(state, aggregate.right.category)
  }

/**
 * Masks the state of a stream.
 *
 * @category combinators
 * @since 0.1.0
 */
const state =
  (masks: Masks, domain: OperatedDomain) =>
  <A extends StateAt>(found: A): A => ({ ...found, state: stateMask(masks, domain, found.stream)(found.state) })

/**
 * Masks the steps of a stream.
 *
 * @category combinators
 * @since 0.1.0
 */
const stateHistory =
  (masks: Masks, domain: OperatedDomain) =>
  ({ before, steps, end }: StateHistory): StateHistory => {
    const maskState = stateMask(masks, domain, before.stream)
    const states = [before, ...steps].map((one) => maskState(one.state))
    return {
      before: { ...before, state: states[0] },
      steps: steps.map((step, i) => ({
        ...description(masks)(step),
        state: states[i + 1],
        differences: maskedDifferences(step.differences, states[i], states[i + 1]),
      })),
      end,
    }
  }

/**
 * Masks what a decider of a stream would answer: the data of its events is hidden, and the changes of the state are
 * masked like the state.
 *
 * @category combinators
 * @since 0.1.0
 */
const whatIf =
  (masks: Masks, domain: OperatedDomain, stream: StreamName) =>
  (answer: WhatIf): WhatIf => {
    const maskState = stateMask(masks, domain, stream)
    const before = maskState(answer.before)
    if (answer._tag === 'Rejected') return { ...answer, before }
    const after = maskState(answer.after)
    const events = masks.hides ? answer.events.map((one) => ({ ...one, data: hidden })) : answer.events
    return { ...answer, events, before, after, differences: maskedDifferences(answer.differences, before, after) }
  }

/**
 * Masks the history of a view of a projection.
 *
 * @category combinators
 * @since 0.1.0
 */
const viewHistory =
  (masks: Masks, projection: string) =>
  (history: ViewHistory): ViewHistory => {
    const views = [history.before, ...history.steps.map(({ view }) => view)].map((one) => masks.view(one, projection))
    return {
      ...history,
      before: views[0],
      view: masks.view(history.view, projection),
      steps: history.steps.map((step, i) => ({
        recorded: masks.event(step.recorded),
        view: views[i + 1],
        differences: maskedDifferences(step.differences, views[i], views[i + 1]),
      })),
    }
  }

/**
 * Masks the trial of a parked event of a handler.
 *
 * @category combinators
 * @since 0.1.0
 */
const trial =
  (masks: Masks, handler: string) =>
  (found: ParkedTrial): ParkedTrial => {
    if (found._tag === 'Failed') return { ...found, event: found.event === null ? null : masks.event(found.event) }
    const event = masks.event(found.event)
    if (found._tag === 'Decodable') return { ...found, event }
    const views = found.views.map((one) => {
      const [before, after] = [masks.view(one.before, handler), masks.view(one.after, handler)]
      return { ...one, before, after, differences: maskedDifferences(one.differences, before, after) }
    })
    return { ...found, event, views }
  }

/**
 * Masks views that were compared with the fold of their events.
 *
 * @category combinators
 * @since 0.1.0
 */
const viewChecks =
  (masks: Masks) =>
  (checks: ViewChecks): ViewChecks => ({
    ...checks,
    checked: checks.checked.map((one) => {
      const [stored, folded] = [masks.view(one.stored, checks.handler), masks.view(one.folded, checks.handler)]
      return { ...one, stored, folded, differences: maskedDifferences(one.differences, stored, folded) }
    }),
  })

/**
 * Functions on {@link Masks}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Masks = {
  none,
  of,
  description,
  trace,
  state,
  stateHistory,
  whatIf,
  viewHistory,
  trial,
  viewChecks,
} as const
