/**
 * Questions to a store and actions on it, for operators: what the command line and the inspector are made of.
 *
 * @since 0.1.0
 */
export * from './Actions.ts'
export * from './CausePath.ts'
export * from './Contracts.ts'
export * from './Difference.ts'
export * from './EventDescription.ts'
export * from './EventImport.ts'
export * from './EventMask.ts'
export * from './ExportedEvent.ts'
export * from './GenerationComparison.ts'
export * from './HandlersOverview.ts'
export * from './LogAudit.ts'
export * from './Masks.ts'
export * from './OperatedDomain.ts'
export * from './OperatedStore.ts'
export * from './OperationError.ts'
export * from './OperationLog.ts'
export * from './ParkedTrial.ts'
export * from './ScenarioText.ts'
export * from './StateHistory.ts'
export * from './Trace.ts'
export * from './ValueMask.ts'
export * from './ViewCheck.ts'
export * from './ViewHistory.ts'
export * from './WhatIf.ts'
