import type { InvalidInput, PartialOptions } from '@foldlog/core'
import { NumberOption } from '@foldlog/core/store'
import type { either as E } from 'fp-ts'

/**
 * The limits of group commit. Each has a default.
 *
 * @category model
 * @since 0.1.0
 */
export interface Batching {
  /** Maximum number of appends in one batch; 128 when absent. */
  readonly appends: number
  /** Maximum number of characters of JSON in one batch; 4,000,000 when absent. A single append may be longer. */
  readonly characters: number
  /** Maximum number of batches in flight; 3 when absent. */
  readonly inFlight: number
  /** Maximum number of waiting appends; 10,000 when absent. */
  readonly waiting: number
}

/**
 * The default limits.
 *
 * @category constants
 * @since 0.1.0
 */
const defaults: Batching = { appends: 128, characters: 4_000_000, inFlight: 3, waiting: 10_000 }

const option = (absent: number): NumberOption => ({ min: 1, max: Number.MAX_SAFE_INTEGER, absent })

/**
 * Fills in the defaults, also for an explicit `undefined`. The left names the limit that is no integer above 0.
 *
 * @category constructors
 * @since 0.1.0
 */
const check = (batching: PartialOptions<Batching> | undefined): E.Either<InvalidInput, Batching> =>
  NumberOption.readAll(
    'batching',
    {
      appends: option(defaults.appends),
      characters: option(defaults.characters),
      inFlight: option(defaults.inFlight),
      waiting: option(defaults.waiting),
    },
    batching,
  )

/**
 * Functions on {@link Batching}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Batching = { defaults, check } as const
