/**
 * The columns of events, which foldlog.stream_columns describes. A statement selects them after the header of the row.
 */
export const eventColumns: ReadonlyArray<string> = [
  'data',
  'envelopes',
  'types',
  'correlation_ids',
  'causation_ids',
  'users',
]
