import { type Command, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { StreamVersion } from '../Dispatched.ts'
import type { CommandRoute, DecidedEvents, EffectOptions } from './CommandRoute.ts'
import { checkEvents } from './checkEvents.ts'
import type { ErasedAggregate } from './ErasedAggregate.ts'
import { runDecision, runEffectfulDecision, runUserCode } from './userCode.ts'

const onlyEvents = (command: string, decided: E.Either<unknown, unknown>): E.Either<unknown, DecidedEvents> => {
  if (E.isLeft(decided)) return decided
  const checked = checkEvents(command, decided.right)
  return E.isLeft(checked) ? checked : E.right([checked.right])
}

const decideWithEffect = async (
  { type }: Command,
  effect: Parameters<typeof runEffectfulDecision>[1],
  { env, timeout }: EffectOptions,
): Promise<E.Either<unknown, DecidedEvents>> => onlyEvents(type, await runEffectfulDecision(type, effect, env, timeout))

/** The commands of an aggregate: each is decided on the state of the one stream that its id names. */
export const aggregateRoute = (aggregate: ErasedAggregate): CommandRoute => {
  const { decider, effects } = aggregate
  return {
    name: aggregate.category,
    targetsOf: (type, command) => {
      const id = runUserCode(type, () => aggregate.id(command), 'id')
      if (E.isLeft(id)) return id
      const name = StreamName.make(aggregate.category, id.right)
      return E.isLeft(name) ? name : E.right([{ aggregate, name: name.right }])
    },
    decide: (command, [state], options) => {
      // `hasOwn`: the type of a command may be `constructor`.
      const effect = effects !== undefined && Object.hasOwn(effects, command.type) ? effects[command.type] : undefined
      return effect === undefined
        ? onlyEvents(
            command.type,
            runDecision(command.type, () => decider.decide(command, state)),
          )
        : decideWithEffect(command, () => effect(command, state), options)
    },
    result: (parts, { events, duplicate, commandId, correlationId, history }) => {
      // A command has a part for each target, and here it has one.
      const [{ stream, version }] = parts as readonly [StreamVersion]
      // Field by field: every command passes through here.
      return history === undefined
        ? { stream, version, events, duplicate, commandId, correlationId }
        : { stream, version, events, duplicate, commandId, correlationId, history }
    },
  }
}
