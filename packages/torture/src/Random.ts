import { createHash } from 'node:crypto'
import { uniformInt } from 'pure-rand/distribution/uniformInt'
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus'

/**
 * Repeatable random choices: the same seed gives the same choices. Their effect depends on the machine, for example on
 * the backends that are active at the moment.
 *
 * @category model
 * @since 0.1.0
 */
export interface Random {
  /** An integer, both bounds included. */
  readonly int: (from: number, to: number) => number
  /** True with this probability, from 0 to 1. */
  readonly chance: (probability: number) => boolean
  /** One of these values, undefined when there are none. */
  readonly pick: <A>(values: ReadonlyArray<A>) => A | undefined
  /** The same values in another order. */
  readonly shuffle: <A>(values: ReadonlyArray<A>) => ReadonlyArray<A>
}

const million = 1_000_000

/**
 * The choices of one worker: each name has a sequence of its own, so that the choices of a worker do not depend on the
 * speed of the others.
 *
 * @category constructors
 * @since 0.1.0
 */
const from = (seed: number, name: string): Random => {
  const generator = xoroshiro128plus(createHash('sha256').update(`${seed} ${name}`).digest().readInt32LE())
  const int = (least: number, most: number): number => uniformInt(generator, least, most)
  return {
    int,
    chance: (probability) => int(0, million - 1) < probability * million,
    pick: (values) => (values.length === 0 ? undefined : values[int(0, values.length - 1)]),
    shuffle: (values) =>
      values
        .map((value) => ({ value, key: int(0, million) }))
        .toSorted((a, b) => a.key - b.key)
        .map(({ value }) => value),
  }
}

/**
 * Functions on {@link Random}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Random = { from } as const
