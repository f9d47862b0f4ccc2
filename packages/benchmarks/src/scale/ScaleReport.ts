import type { Machine } from '../Machine.ts'
import type { ResultJson } from '../Report.ts'
import type { Size } from './Sizes.ts'

/**
 * A log with a number of events: its figures beside those of a small log, and its size on the disk.
 *
 * @category model
 * @since 0.1.0
 */
export interface Stage {
  readonly events: number
  readonly results: ReadonlyArray<ResultJson>
  readonly sizes: ReadonlyArray<Size>
}

/**
 * The output of `scale`: a growing log, stage by stage. The small log beside it has `small` events.
 *
 * @category model
 * @since 0.1.0
 */
export interface ScaleReport {
  readonly machine: Machine
  readonly versions: Readonly<Record<string, string>>
  readonly small: number
  readonly stages: ReadonlyArray<Stage>
}

/**
 * Bytes per event, in tables and indexes together.
 *
 * @category destructors
 * @since 0.1.0
 */
const bytesPerEvent = ({ events, sizes }: Stage): number => sizes.reduce((sum, { bytes }) => sum + bytes, 0) / events

/**
 * Functions on {@link ScaleReport}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const ScaleReport = { bytesPerEvent } as const
