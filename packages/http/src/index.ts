/**
 * What an event-sourced application needs of HTTP, over the web-standard `Request` and `Response`.
 *
 * @since 0.1.0
 */
export * from './Body.ts'
export * from './CommandRequest.ts'
export * from './ETag.ts'
export * from './existing.ts'
export * from './Front.ts'
export * from './fresh.ts'
export * from './IdempotencyKey.ts'
export * from './JsonSchema.ts'
export * from './OpenApi.ts'
export * from './Position.ts'
export * from './Prefer.ts'
export * from './ProblemDetails.ts'
export * from './perform.ts'
export * from './Refusal.ts'
export * from './Reply.ts'
export * from './RequestError.ts'
export * from './Responder.ts'
export * from './Route.ts'
export * from './WayError.ts'
