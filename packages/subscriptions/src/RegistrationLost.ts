/**
 * The store no longer knows a handler or a pull subscription of this process: the database was created anew, or a
 * failover lost the registration together with the end of the log. The checkpoint is lost with it. `position` is the
 * last checkpoint that this process knows, `null` when it knows none. `why` says what to do.
 *
 * The handler is not registered again automatically: with the start "origin" it would repeat effects, and with the
 * start "now" it would skip events.
 *
 * @category errors
 * @since 0.1.0
 */
export interface RegistrationLost {
  readonly _tag: 'RegistrationLost'
  readonly name: string
  readonly generation: number
  readonly position: number | null
  readonly why: string
}
