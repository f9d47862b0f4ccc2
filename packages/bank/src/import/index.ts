/**
 * How the bank imports a file of transactions: for who runs or measures it beside the program.
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
