/**
 * The store no longer knows a handler or a pull subscription on which this process was working: the database was made
 * anew, or a failover lost the registration together with the end of the log. The checkpoint is lost with the
 * registration. `position` is the last checkpoint that this process knows, `null` when it knows none. `why` says what
 * to do.
 *
 * The handler is not registered again automatically: at its start it would repeat effects, and with the start "now" it
 * would pass over events.
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
