/**
 * How many events of one stored form the log has: `count` events of a category with this stored name and this schema
 * version.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventCount {
  readonly category: string
  readonly type: string
  readonly schemaVersion: number
  readonly count: number
}

/**
 * The events of the log by category, type and schema version, in this order. A store may count a sample of a large log:
 * then `estimated` is true, the counts are estimates, and a form with few events may be missing.
 *
 * @category model
 * @since 0.1.0
 */
export interface EventCounts {
  readonly counts: ReadonlyArray<EventCount>
  readonly estimated: boolean
}
