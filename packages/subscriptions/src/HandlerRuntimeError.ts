/**
 * Handlers did not reach a position in time. Their events are stored, and they will handle them later.
 *
 * @category errors
 * @since 0.1.0
 */
export interface HandlersTimedOut {
  readonly _tag: 'HandlersTimedOut'
  readonly position: number
  readonly late: ReadonlyArray<string>
  readonly milliseconds: number
}

/**
 * Handlers will not reach a position, because no process works on them. `stops` says why a handler is stopped, as
 * `RuntimeStatus` does; when it is empty, no process runs the handler. The events are stored: the handlers go on when
 * they are started or resumed.
 *
 * @category errors
 * @since 0.1.0
 */
export interface HandlersNotRunning {
  readonly _tag: 'HandlersNotRunning'
  readonly position: number
  readonly handlers: ReadonlyArray<{ readonly name: string; readonly stops: ReadonlyArray<string> }>
}

/**
 * An awaited event that a handler has parked. `behind`: it has not failed itself, but waits behind a parked event of
 * its lane.
 *
 * @category errors
 * @since 0.1.0
 */
export interface AwaitedParkedEvent {
  readonly handler: string
  readonly stream: string
  readonly version: number
  readonly position: number
  readonly type: string
  readonly why: string
  readonly behind: boolean
}

/**
 * The handlers have reached the position, but have not handled these of the awaited events: they are parked. Their
 * views lack these events until an operator retries or discards them.
 *
 * @category errors
 * @since 0.1.0
 */
export interface EventsParked {
  readonly _tag: 'EventsParked'
  readonly events: ReadonlyArray<AwaitedParkedEvent>
}

/**
 * There is no handler with that name. `known` are the handlers of the runtime when an operator requests something, and
 * the handlers in the store for a wait.
 *
 * @category errors
 * @since 0.1.0
 */
export interface UnknownHandler {
  readonly _tag: 'UnknownHandler'
  readonly name: string
  readonly known: ReadonlyArray<string>
}
