/**
 * What a process manager does about an event: commands it sends, timers it sets. A list left out is empty.
 *
 * @category model
 * @since 0.1.0
 */
export interface Reaction<C, T> {
  readonly commands?: ReadonlyArray<C>
  readonly timers?: ReadonlyArray<T>
}

/**
 * The pure half of a process manager, as far as a scenario needs it. `react` gets the event and the state after it.
 *
 * @category model
 * @since 0.1.0
 */
export interface ProcessManager<Ev, S, C, T> {
  readonly initialState: S
  readonly evolve: (state: S, event: Ev) => S
  readonly react: (state: S, event: Ev) => Reaction<C, T>
}

/**
 * A process manager whose inputs are more than events (timers, refusals) and whose reactions are a list, as those of `@foldlog/subscriptions` are. A
 * reaction with the tag `End` forgets the state.
 *
 * @category model
 * @since 0.1.0
 */
export interface ReactingProcess<In, S, R> {
  readonly initialState: S
  readonly evolve: (state: S, input: In) => S
  readonly react: (state: S, input: In) => ReadonlyArray<R>
}
