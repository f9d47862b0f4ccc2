/**
 * Deciders, event codecs, aggregates and the ports of an event store: pure functions and types, no I/O.
 *
 * @since 0.1.0
 */
export * from './Append.ts'
export * from './CheckedAppend.ts'
export * from './Clock.ts'
export * from './Command.ts'
export * from './Decider.ts'
export * from './Event.ts'
export * from './EventId.ts'
export * from './EventStore.ts'
export * from './ExpectedVersion.ts'
export * from './InvalidInput.ts'
export * from './Json.ts'
export * from './Limits.ts'
export * from './Logger.ts'
export * from './Metadata.ts'
export * from './ReadLog.ts'
export * from './ReadStream.ts'
export * from './RecordedEvent.ts'
export * from './Snapshot.ts'
export * from './StoreError.ts'
export * from './StreamName.ts'
export * from './Tracer.ts'
