import type { LogRow } from '../src/check/Log.ts'

/** A row of the log, in one line. */
export const logRow = (position: number, stream: string, version: number, id: string): LogRow => ({
  position,
  stream,
  version,
  id,
})
