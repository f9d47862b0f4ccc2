import type { Command, VersionChain } from '@foldlog/core'
import type * as t from 'io-ts'
import type { CommandTarget } from './CommandTarget.ts'
import type { HandlerOptions } from './EventHandler.ts'
import type { ProcessInput } from './ProcessInput.ts'
import type { Reaction } from './Reaction.ts'
import type { AnySource, EventFrom, RecordedFrom } from './Source.ts'
import type { StartFrom } from './StartFrom.ts'

/**
 * A process manager that was written with a case for each type of input. `step` is all of its cases in one pure
 * function. The state is `undefined` before the process begins.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProcessManagerByType<Sources extends ReadonlyArray<AnySource>, C extends Command, S>
  extends HandlerOptions<Sources> {
  readonly _tag: 'ProcessManager'
  readonly start: StartFrom
  readonly to: ReadonlyArray<CommandTarget>
  readonly state: t.Type<S, unknown> | VersionChain<S>
  readonly key: (event: RecordedFrom<Sources>) => string | undefined
  readonly step: (state: S | undefined, input: ProcessInput<EventFrom<Sources>, C>) => ProcessStep<C, S>
  readonly sendTimeout?: number | undefined
}

/**
 * What a process becomes, and what it does then.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProcessStep<C extends Command, S> {
  readonly state: S | undefined
  readonly do: ReadonlyArray<Reaction<C>>
}
