/**
 * The store does not know a handler or a pull subscription any more that it knew while this process was working on it:
 * the database was made anew, or a failover lost the registration together with the end of the log. Its checkpoint is
 * gone with it. `position` is the last one that this process knows, `null` when it knows none. `why` says what to do.
 *
 * It is not registered again by itself: at its start it would repeat effects, and "now" would pass over events.
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
