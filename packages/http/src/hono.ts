/**
 * Routes in an application of Hono.
 *
 * @since 0.1.0
 */
export * from './toHono.ts'
