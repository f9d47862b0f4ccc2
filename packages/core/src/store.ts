/**
 * What authors of stores and of runtimes need beside `@foldlog/core`: the types of the ports' arguments and results,
 * the checks of their input, the limits, and the constructors of errors.
 *
 * @since 0.1.0
 */

export * from './domain/CommandForms.ts'
export { encodeFailure } from './domain/EncodeFailure.ts'
export type { VersionDecoder } from './domain/VersionChain.ts'
export * from './handlers/HandlerCheckpoints.ts'
export * from './handlers/HandlerCommit.ts'
export * from './handlers/HandlerDocument.ts'
export { HandlerIdentity, type HandlerShape, type ShapePart } from './handlers/HandlerIdentity.ts'
export * from './handlers/HandlerRef.ts'
export * from './handlers/HandlerRegistration.ts'
export * from './handlers/HandlerStatus.ts'
export * from './handlers/HandlerStoreInput.ts'
export type { OpenInlineProjection, ProjectionChanges, ViewChange } from './handlers/InlineStore.ts'
export * from './handlers/InlineStoreInput.ts'
export * from './handlers/Lease.ts'
export * from './handlers/SortKey.ts'
export * from './handlers/TimerQuery.ts'
export * from './handlers/ViewIndex.ts'
export * from './store/CheckedAppend.ts'
export type { CheckedEvent } from './store/CheckedEvent.ts'
export type { CheckedStreamCheck } from './store/CheckedStreamCheck.ts'
export {
  type BoundarySupport,
  boundaryChanged,
  type CheckedCondition,
  type ConditionChange,
} from './store/Condition.ts'
export * from './store/EventCounts.ts'
export * from './store/EventLookup.ts'
export type { StreamInfo } from './store/EventStore.ts'
export * from './store/LogFilter.ts'
export { logRewound } from './store/LogPosition.ts'
export * from './store/LogSearch.ts'
export * from './store/ReadLogOptions.ts'
export * from './store/ReadMatchingOptions.ts'
export * from './store/ReadStreamOptions.ts'
export type { Snapshot, SnapshotPage } from './store/Snapshot.ts'
export * from './store/SnapshotInput.ts'
export * from './store/StoredMetadata.ts'
export {
  eventIdReused,
  rewoundConflict,
  type StoreTask,
  storeOverloaded,
  storeUnavailable,
  streamDeleted,
  streamNotFound,
  versionConflict,
  versionConflictOf,
} from './store/StoreError.ts'
export * from './store/StreamQuery.ts'
export { TaggingInput } from './store/TaggingStore.ts'
export { copyJson } from './values/copyJson.ts'
export { type Checked, invalidInput, rejectInput } from './values/InvalidInput.ts'
export * from './values/Limits.ts'
export * from './values/NumberOption.ts'
export * from './values/nodeModule.ts'
export * from './values/OptionKind.ts'
export * from './values/onAbort.ts'
export * from './values/ownInitialState.ts'
export { printed } from './values/printed.ts'
export type { CheckedQuery, CheckedQueryItem } from './values/Query.ts'
export * from './values/sha256.ts'
export * from './values/UserCode.ts'
export * from './values/utf8.ts'
export * from './values/WakeSignal.ts'
