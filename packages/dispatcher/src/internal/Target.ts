import type { StreamName } from '@foldlog/core'
import type { ErasedAggregate } from './ErasedAggregate.ts'

/**
 * An aggregate on whose state a command is decided, and the name of its stream under the current category. The name
 * identifies the aggregate in the mailboxes; its events may be under a former category, see `StreamResolver`.
 */
export interface Target {
  readonly aggregate: ErasedAggregate
  readonly name: StreamName
}
