/**
 * The limits that every store enforces, so that all stores accept the same input. Characters are UTF-16 code units, the
 * unit of JavaScript's `length`.
 *
 * @category model
 * @since 0.1.0
 */
export const Limits = {
  /** Characters in a stream name: at most 1,536 bytes of UTF-8, well inside what a Postgres index can hold. */
  streamName: 512,
  /** Characters in an event type. */
  eventType: 256,
  /** Characters in a correlation or causation id. */
  messageId: 512,
  /** Nested arrays and objects in the data of one event. */
  jsonDepth: 128,
  /**
   * Characters of JSON text in one event, data and metadata together, with every digit of its numbers written out:
   * 1e300 has 301.
   */
  eventSize: 1_048_576,
  /** Characters of JSON text in one append, all streams and events together. */
  appendSize: 67_108_864,
  /** Events in one append, all streams together. */
  eventsPerAppend: 100_000,
  /** Streams that one append only checks, all parts together. */
  checksPerAppend: 1_000,
  /** Conflicts that one error names: those of an append with more are left out. */
  conflictsPerError: 100,
  /** Characters in a tag, its name and its value together. */
  tag: 1_024,
  /** Different tags of one event. */
  tagsPerEvent: 32,
  /** Items of one query. */
  queryItems: 64,
  /** Types in one item of a query. */
  queryTypes: 32,
  /** Tags in one item of a query. */
  queryTags: 32,
  /** Streams in one item of a query, and categories. */
  queryStreams: 32,
  /** Conditions of one append, all streams together. */
  conditionsPerAppend: 64,
  /** Positions in one marker, of events that were read before they were settled. */
  markerPositions: 100_000,
  /** Characters in the name of a handler or of a member of its group. */
  handlerName: 256,
  /** Partitions of a handler. */
  partitions: 1_024,
  /** Characters in the key of a document. */
  documentKey: 512,
  /** Names in the path of a field that a query orders or compares. */
  fieldPath: 32,
  /** Characters in each of these names. */
  fieldName: 512,
  /** Fields by which a query orders documents, and fields of one index of views. */
  orderFields: 4,
  /** Ranges of fields in one query. */
  ranges: 100,
  /** Indexes that one projection declares. */
  indexes: 16,
  /** Characters of JSON text in one document of a handler, or in the state of a snapshot; measured as `eventSize`. */
  documentSize: 8_388_608,
  /** Characters of JSON text in all documents that one call writes: its commits, or the views of an append. */
  commitSize: 67_108_864,
  /** Documents that one commit changes. */
  changesPerCommit: 100_000,
  /** Maximum number of keys that one event has in a handler, and so of lanes in which it may be parked. */
  keysPerEvent: 50_000,
  /** Events or documents in one page of a read; heartbeats, leases or commits in one call. */
  pageSize: 10_000,
  /** Events or documents in one page of a read whose caller names no number. */
  defaultPageSize: 1_000,
  /** Ids of events in one lookup. */
  idsPerLookup: 1_000,
  /** The highest schema version: a Postgres `smallint`. */
  schemaVersion: 32_767,
} as const
