import type { HandlerIdentity } from './HandlerIdentity.ts'
import type { HandlerRef } from './HandlerRef.ts'
import type { GenerationRole } from './HandlerStatus.ts'

/**
 * A handler to register: the number of its partitions (1 to 1,024), and the position after which it begins.
 * `partitions` applies when this generation is created. `start` applies when the handler is created, with its first
 * generation, and never again: every later generation begins at the start of the first, so that it holds the same
 * events as the first. The store keeps `identity` with the generation. A generation without an identity gets that of
 * the next registration. A generation whose identity equals `replaces` gets `identity` instead, so that a handler can
 * get more sources. The epochs of its partitions rise then, so that no commit of a
 * member with the former code is written.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerRegistration extends HandlerRef {
  readonly partitions: number
  /** The position after which it begins; 0 for the beginning of the log. Ignored for a registered handler. */
  readonly start: number
  readonly identity?: HandlerIdentity | undefined
  readonly replaces?: HandlerIdentity | undefined
}

/**
 * A handler as it was created: the number of its partitions, the position after which it began, the generation that
 * serves queries, and the role of this one. `identity` is that of this generation, `null` when it was registered
 * without one.
 *
 * @category model
 * @since 0.1.0
 */
export interface RegisteredHandler extends HandlerRef {
  readonly partitions: number
  /** The position after which the first generation began, and therefore all generations. */
  readonly start: number
  /** The generation that serves queries. */
  readonly serving: number
  readonly role: GenerationRole
  readonly identity: HandlerIdentity | null
}

/**
 * Why a generation does not take over: its checkpoint is `behind` that of the serving one, some of its events are
 * `parked`, or a `rollback` was requested and has precedence.
 *
 * @category model
 * @since 0.1.0
 */
export type TakeoverBlock = 'behind' | 'parked' | 'rollback'

/**
 * The answer to {@link HandlerStore}`.promote`. `blockedBy` is `null` when the generation serves, and when it is
 * neither building nor returning.
 *
 * @category model
 * @since 0.1.0
 */
export interface Promotion extends RegisteredHandler {
  readonly blockedBy: TakeoverBlock | null
}
