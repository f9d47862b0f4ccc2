/**
 * The domain of the example bank: its accounts as plain functions.
 *
 * @since 0.1.0
 */
export * from './account/Cents.ts'
export * from './account/Day.ts'
export * from './account/Decisions.ts'
export * from './account/Entry.ts'
export * from './account/Events.ts'
export * from './account/Fold.ts'
export * from './account/Service.ts'
