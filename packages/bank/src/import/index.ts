/**
 * The bank's import of a file of transactions, for callers that run or measure it beside the program.
 *
 * @since 0.1.0
 */
export * from '../sampleFile.ts'
export * from './ImportStopped.ts'
export * from './ImportSummary.ts'
export * from './importDispatcher.ts'
export * from './importRows.ts'
export * from './Row.ts'
export * from './RowError.ts'
export * from './rows.ts'
