import type { StreamName } from '../values/StreamName.ts'
import type { ExpectedVersion } from './ExpectedVersion.ts'
import type { HistoryId } from './LogPosition.ts'

/**
 * An expectation of a stream to which an append writes nothing: the append is stored only if the stream is at this
 * version at that moment. `history` is the history of the log in which an exact version was read, as in {@link Append}.
 *
 * @category model
 * @since 0.1.0
 */
export interface StreamCheck {
  readonly stream: StreamName
  readonly expected: ExpectedVersion
  readonly history?: HistoryId | undefined
}
