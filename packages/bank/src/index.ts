/**
 * The domain of the example bank: its accounts and transfers as plain functions.
 *
 * @since 0.1.0
 */
export * from './account/AccountError.ts'
export * from './account/AccountId.ts'
export * from './account/Cents.ts'
export * from './account/Commands.ts'
export * from './account/Decisions.ts'
export * from './account/Entry.ts'
export * from './account/Events.ts'
export * from './account/Fold.ts'
export * from './account/rules.ts'
export * from './account/Service.ts'
export * from './account/transferDecisions.ts'
export * from './transfer/Commands.ts'
export * from './transfer/Decisions.ts'
export * from './transfer/Events.ts'
export * from './transfer/Fold.ts'
export * from './transfer/Process.ts'
export * from './transfer/Service.ts'
export * from './transfer/TransferId.ts'
export * from './transfer/TransferReason.ts'
