/**
 * Routes in an application of Express.
 *
 * @since 0.1.0
 */
export * from './toExpress.ts'
