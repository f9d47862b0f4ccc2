/**
 * Deciders, event codecs, aggregates and the ports of an event store: pure functions and types, no I/O. Authors of
 * stores find the rest of the contract in `@foldlog/core/store`.
 *
 * @since 0.1.0
 */

export * from './describeError.ts'
export * from './domain/Aggregate.ts'
export * from './domain/AnyAggregate.ts'
export * from './domain/AnyDecision.ts'
export * from './domain/AnyJointDecision.ts'
export * from './domain/Boundary.ts'
export * from './domain/Command.ts'
export * from './domain/CommandCodec.ts'
export * from './domain/CommandDecodeFailure.ts'
export * from './domain/Decider.ts'
export * from './domain/DecodeFailure.ts'
export type { EncodeFailure } from './domain/EncodeFailure.ts'
export * from './domain/Event.ts'
export * from './domain/EventCodec.ts'
export * from './domain/InvalidCommandCodec.ts'
export * from './domain/InvalidEventCodec.ts'
export * from './domain/JointDecision.ts'
export * from './domain/Keyed.ts'
export * from './domain/RecordedEvent.ts'
export type {
  ReadableVersion,
  RetiredVersion,
  SchemaVersion,
} from './domain/RetiredVersion.ts'
export * from './domain/Tagged.ts'
export type { TagRule, TagsOfRules } from './domain/TagRule.ts'
export * from './domain/UniqueValue.ts'
export type { VersionChain, VersionOptions } from './domain/VersionChain.ts'
export * from './domain/View.ts'
export * from './FoldlogError.ts'
export type { HandlerMismatch } from './handlers/HandlerIdentity.ts'
export type { HandlerInUse, HandlerRemoval } from './handlers/HandlerRemoval.ts'
export * from './handlers/HandlerStore.ts'
export * from './handlers/HandlerTransactions.ts'
export type { InlineStore, ViewConflict } from './handlers/InlineStore.ts'
export type { StoreInspection } from './handlers/StoreInspection.ts'
export * from './handlers/ViewDecodeFailure.ts'
export * from './handlers/WaitForHandlers.ts'
export * from './orThrow.ts'
export * from './store/Append.ts'
export type { BoundaryStore, LastMatching, MatchingPage } from './store/BoundaryStore.ts'
export type { BoundaryChanged, BoundaryConflict, Condition } from './store/Condition.ts'
export type { EventStore, StoreFeatures } from './store/EventStore.ts'
export * from './store/ExpectedVersion.ts'
export { type HistoryId, LogPosition, type LogRewound } from './store/LogPosition.ts'
export * from './store/LogTail.ts'
export { Marker } from './store/Marker.ts'
export * from './store/OpenAppends.ts'
export type { SnapshotStore } from './store/Snapshot.ts'
export type {
  AppendError,
  DeleteError,
  EventIdReused,
  ReadError,
  StoreError,
  StoreOverloaded,
  StoreUnavailable,
  StreamConflict,
  StreamDeleted,
  StreamNotFound,
  VersionConflict,
} from './store/StoreError.ts'
export type { StreamCheck } from './store/StreamCheck.ts'
export type { RequiredTag, TagAddition, Tagging, TaggingStore } from './store/TaggingStore.ts'
export * from './values/AbortSignalLike.ts'
export * from './values/Clock.ts'
export * from './values/describeUnknown.ts'
export * from './values/EventId.ts'
export type { InvalidInput } from './values/InvalidInput.ts'
export * from './values/Json.ts'
export { type HashKeys, KeyedHash } from './values/KeyedHash.ts'
export * from './values/Logger.ts'
export * from './values/Metadata.ts'
export type { PartialOptions } from './values/PartialOptions.ts'
export { type Queried, Query, type QueryItem } from './values/Query.ts'
export * from './values/Random.ts'
export * from './values/RetryPolicy.ts'
export * from './values/StreamName.ts'
export { Tag, type TagBrand } from './values/Tag.ts'
export * from './values/Tracer.ts'
export * from './values/ValidationProblem.ts'
