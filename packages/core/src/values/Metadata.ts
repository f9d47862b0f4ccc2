import type { JsonRecord } from './Json.ts'

/**
 * Facts about an event beside its data. `correlationId` is shared by all messages that one request caused;
 * `causationId` is the id of the command or event that caused this one; `user` is the application's own record. None of
 * them is ever mixed into the data.
 *
 * `commandType` is the type of the command that caused the event. A dispatcher stores it with the first event of a
 * command whose id the caller chose: there it recognises an id that is reused with another command.
 *
 * @category model
 * @since 0.1.0
 */
export interface Metadata {
  readonly correlationId?: string | undefined
  readonly causationId?: string | undefined
  readonly user?: JsonRecord | undefined
  readonly commandType?: string | undefined
}
