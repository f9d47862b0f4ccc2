/**
 * Routes for a server of Node.
 *
 * @since 0.1.0
 */

export * from './runServer.ts'
export * from './serveNode.ts'
export * from './toNode.ts'
