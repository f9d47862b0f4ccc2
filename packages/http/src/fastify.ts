/**
 * Routes in an application of Fastify.
 *
 * @since 0.1.0
 */
export * from './toFastify.ts'
