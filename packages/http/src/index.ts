/**
 * The HTTP layer of an event-sourced application, over the web-standard `Request` and `Response`.
 *
 * @since 0.1.0
 */
export * from './answerWithin.ts'
export * from './Body.ts'
export * from './CommandRequest.ts'
export * from './DomainProblem.ts'
export * from './Endpoints.ts'
export * from './ETag.ts'
export * from './HostHeader.ts'
export * from './IdempotencyKey.ts'
export * from './InfrastructureError.ts'
export * from './JsonSchema.ts'
export * from './NamedSchemas.ts'
export * from './OpenApi.ts'
export * from './Origin.ts'
export * from './orNotFound.ts'
export * from './PositionHeader.ts'
export * from './PreferHeader.ts'
export * from './ProblemDetails.ts'
export * from './Reply.ts'
export * from './RequestError.ts'
export * from './Responder.ts'
export * from './Route.ts'
export * from './runCommand.ts'
export * from './UnsupportedCodec.ts'
export * from './waitForPosition.ts'
