import type { CheckedAppend } from '@foldlog/core/store'

/** One append to send: to one stream, or to several. */
export interface AppendRequest {
  readonly parts: ReadonlyArray<CheckedAppend>
  /** Its views, encoded for foldlog.append; most appends have none. */
  readonly views: string | undefined
}
