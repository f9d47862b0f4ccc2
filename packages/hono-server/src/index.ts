/**
 * Serves the routes of the example applications.
 *
 * @since 0.1.0
 */

export type { PortUnavailable, RunningServer } from '@foldlog/http/node'
export * from './listen.ts'
export * from './makeApp.ts'
export * from './readViewPage.ts'
export * from './reportLostOutput.ts'
export * from './ServerLimits.ts'
export * from './startServer.ts'
