import type { CommandTarget } from '@foldlog/core/store'

/**
 * A process manager of `@foldlog/subscriptions`, or any of its shape: `In` are its inputs (events, timers that fire,
 * refused commands). `react` gets the state after the input. A reaction with the tag `End` deletes the state. `to` are
 * the targets of its commands: aggregates, joint decisions, boundaries, or command codecs.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProcessManagerLike<In, S, R> {
  readonly to?: ReadonlyArray<CommandTarget> | undefined
  readonly initialState: S
  readonly evolve: (state: S, input: In) => S
  readonly react: (state: S, input: In) => ReadonlyArray<R>
}

/**
 * A process manager that was written with a case for each type of input (`ProcessManager.byType`), or any of its shape.
 * `step` returns the state after the input, and the reactions. The state is `undefined` before the process begins.
 *
 * @category model
 * @since 0.1.0
 */
export interface SteppingProcessManagerLike<In, S, R> {
  readonly to?: ReadonlyArray<CommandTarget> | undefined
  readonly step: (state: S | undefined, input: In) => { readonly state: S | undefined; readonly do: ReadonlyArray<R> }
}
