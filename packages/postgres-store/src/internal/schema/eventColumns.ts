/**
 * The columns of events, which foldlog.stream_columns describes. A statement selects them after the header of the row.
 */
export const eventColumns: ReadonlyArray<string> = [
  'data',
  // How `bytea` itself is written is a setting of the role.
  "encode(envelopes, 'hex')",
  'types',
  'correlation_ids',
  'causation_ids',
  'users',
]
