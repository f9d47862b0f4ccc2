import { describeError, type Event, type StreamName } from '@foldlog/core'
import { rejectInput, UserCode } from '@foldlog/core/store'
import { either as E, type taskEither as TE } from 'fp-ts'
import { Difference } from './Difference.ts'
import { OperatedDomain } from './OperatedDomain.ts'
import type { OperatedStore } from './OperatedStore.ts'
import type { OperationError } from './OperationError.ts'
import { StateHistory, type StateMoment } from './StateHistory.ts'

/**
 * What a decider would answer to a command in a state: events, with the state after them, or a rejection. Nothing is
 * stored.
 *
 * @category model
 * @since 0.1.0
 */
export type WhatIf =
  | {
      readonly _tag: 'Decided'
      readonly version: number
      readonly events: ReadonlyArray<Event>
      readonly before: unknown
      readonly after: unknown
      readonly differences: ReadonlyArray<Difference>
    }
  | { readonly _tag: 'Rejected'; readonly version: number; readonly before: unknown; readonly error: unknown }

/**
 * Asks the decider of a stream what it would decide about a command, in the state at a version or a time. The command
 * is JSON, `{ type, data }`, which the command codec of the aggregate decodes. A command that needs effects is
 * `InvalidInput`.
 *
 * @category destructors
 * @since 0.1.0
 */
const ask =
  (domain: OperatedDomain, store: OperatedStore) =>
  (stream: StreamName, json: unknown, at?: StateMoment): TE.TaskEither<OperationError, WhatIf> =>
  async () => {
    const aggregate = OperatedDomain.aggregateOf(domain, stream)
    if (E.isLeft(aggregate)) return aggregate
    const { commandCodec, decider, effects } = aggregate.right
    if (commandCodec === undefined)
      return rejectInput('command', `the aggregate ${aggregate.right.category} has no codec of its commands`)
    const command = commandCodec.decode(json)
    if (E.isLeft(command)) return rejectInput('command', describeError(command.left))
    if (effects?.[command.right.type] !== undefined)
      return rejectInput('command', `${command.right.type} is decided with effects, which are not run here`)
    const state = await StateHistory.stateAt(domain, store)(stream, at)()
    if (E.isLeft(state)) return state
    const { version, state: before } = state.right
    // The codec, the decider and the state are of one aggregate.
    const decide = decider.decide as (command: unknown, state: unknown) => E.Either<unknown, ReadonlyArray<Event>>
    const evolve = decider.evolve as (state: unknown, event: unknown) => unknown // As above.
    const failed = (name: string, why: string) => E.left({ _tag: 'DomainFunctionFailed', function: name, why } as const)
    const decided = UserCode.run('decide', () => decide(command.right, before))
    if (E.isLeft(decided)) return failed('decide', decided.left.why)
    if (E.isLeft(decided.right)) return E.right({ _tag: 'Rejected', version, before, error: decided.right.left })
    const events = decided.right.right
    const after = UserCode.run('evolve', () => events.reduce<unknown>((one, event) => evolve(one, event), before))
    if (E.isLeft(after)) return failed('evolve', after.left.why)
    const differences = Difference.between(before, after.right)
    return E.right({ _tag: 'Decided', version, events, before, after: after.right, differences })
  }

/**
 * Functions on {@link WhatIf}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const WhatIf = { ask } as const
