import type { Decider } from '@foldlog/core'

/**
 * A decider, or what holds one: an aggregate.
 *
 * @category model
 * @since 0.1.0
 */
export type DeciderLike<C, Ev, S, Err> = Decider<C, Ev, S, Err> | { readonly decider: Decider<C, Ev, S, Err> }
