/**
 * Serves the routes of the example applications.
 *
 * @since 0.1.0
 */
export * from './app.ts'
export * from './listen.ts'
export * from './pageOf.ts'
