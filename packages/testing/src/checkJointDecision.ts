import {
  type AnyJointDecision,
  type Command,
  type CommandOfAggregate,
  type ErrorOf,
  type Event,
  type EventCodec,
  type JointAggregates,
  JointDecision,
  type JointEvent,
  type JointFamilies,
  type Json,
} from '@foldlog/core'
import * as fc from 'fast-check'
import { either as E } from 'fp-ts'
import { arbitraryCommands } from './arbitraryEvents.ts'
import { type CheckDeciderOptions, checkDecider } from './checkDecider.ts'
import type { EventCodecLike } from './internal/runHistory.ts'

/**
 * Options for the check of a joint decision. `commands` are those of the decision, and of its aggregates. Without them
 * the check takes `arbitraryCommands` of every codec of commands; ids from a codec seldom meet, so give commands with
 * few ids. Invariants get the states of all aggregates by name and id.
 *
 * @category model
 * @since 0.1.0
 */
export type CheckJointOptions<C extends Command, As extends JointAggregates, Err> = CheckDeciderOptions<
  C | CommandOfAggregate<As[keyof As]>,
  JointEvent<As>,
  JointFamilies<As>,
  Err | ErrorOf<As[keyof As]>
>

type CommandsOf<C extends Command, As extends JointAggregates> = fc.Arbitrary<C | CommandOfAggregate<As[keyof As]>>

/** An event of an aggregate, without types. */
interface OwnedEvent {
  readonly aggregate: string
  readonly id: string
  readonly event: Event
}

/** The codecs of the aggregates, as one: the name and the id of the aggregate go around the data. */
const codecOf = (aggregates: JointAggregates): EventCodecLike<OwnedEvent> => {
  // An event meets the codec of its own aggregate.
  const codec = (name: string) => aggregates[name]?.events as unknown as Pick<EventCodec<Event>, 'encode' | 'decode'>
  return {
    encode: ({ aggregate, id, event }) => {
      const encoded = codec(aggregate).encode(event)
      return E.isLeft(encoded)
        ? encoded
        : E.right({ ...encoded.right, data: { aggregate, id, data: encoded.right.data } })
    },
    decode: (recorded) => {
      // `encode` has made it.
      const { aggregate, id, data } = recorded.data as { readonly [K in 'aggregate' | 'id']: string } & { data: Json }
      const decoded = codec(aggregate).decode({ ...recorded, data })
      return E.isLeft(decoded) ? decoded : E.right(decoded.right.map((event) => ({ aggregate, id, event })))
    },
  }
}

const allCommands = ({ commandCodec, aggregates }: AnyJointDecision): fc.Arbitrary<Command> => {
  const codecs = [commandCodec, ...Object.values(aggregates).map((one) => one.commandCodec)]
  const known = codecs.flatMap((codec) => (codec === undefined ? [] : [arbitraryCommands(codec.codecs)]))
  if (known.length === 0) throw new Error('there are no commands: give `commands`, or codecs of commands')
  return fc.oneof(...known)
}

/**
 * Checks a joint decision with random histories of its commands and those of its aggregates, by all laws of
 * {@link checkDecider}. The commands address aggregates of several ids. A failure names the aggregate and the id of
 * each event; `Scenario.decider(JointDecision.decider(decision))` runs it as a test.
 *
 * @category destructors
 * @since 0.1.0
 */
export const checkJointDecision = <C extends Command, const As extends JointAggregates, Err>(
  decision: JointDecision<C, As, Err>,
  options: CheckJointOptions<C, As, Err> = {},
): void => {
  // The codecs make the commands of the decision and of its aggregates.
  const made = () => allCommands(decision as unknown as AnyJointDecision) as unknown as CommandsOf<C, As>
  // Its events are those of `JointEvent`, under the names of their aggregates.
  const events = codecOf(decision.aggregates) as unknown as EventCodecLike<JointEvent<As>>
  const decider = JointDecision.decider(decision)
  checkDecider({ decider, events }, { ...options, commands: options.commands ?? made() })
}
