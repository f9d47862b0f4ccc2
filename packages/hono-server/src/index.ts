/**
 * Serves the routes of the example applications.
 *
 * @since 0.1.0
 */

export * from './commandRoute.ts'
export * from './createRoute.ts'
export * from './listen.ts'
export * from './listRoute.ts'
export * from './makeApp.ts'
export * from './readViewPage.ts'
export * from './reportLostOutput.ts'
export * from './ServerLimits.ts'
export * from './showRoute.ts'
export * from './startServer.ts'
