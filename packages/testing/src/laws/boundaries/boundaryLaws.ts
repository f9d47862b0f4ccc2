import { type Law, providing } from '../Law.ts'
import { type LawContext, withContext } from '../store/LawContext.ts'
import type { StoreLawSetup } from '../store/StoreLawSetup.ts'
import { settingsOf } from '../store/settingsOf.ts'
import { conditions } from './conditions.ts'
import { histories } from './histories.ts'
import { input } from './input.ts'
import { matching } from './matching.ts'
import { openAppends } from './openAppends.ts'
import { oracle } from './oracle.ts'
import { order } from './order.ts'
import { races } from './races.ts'
import { rewinds } from './rewinds.ts'
import { taggings } from './taggings.ts'
import { tags } from './tags.ts'

const all: ReadonlyArray<Law<LawContext>> = [
  ...tags,
  ...taggings,
  ...matching,
  ...conditions,
  ...order,
  ...input,
  ...races,
  ...openAppends,
  ...rewinds,
  ...histories,
  ...oracle,
]

/**
 * The promises of a store with consistency boundaries: tags, reads by queries, conditions of appends, and tags that are
 * added later, as a plain list beside {@link storeLaws}. A store that declines `conditions` is held to none of them,
 * and one that declines `taggings` to none of the last kind.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const boundaryLaws: ReadonlyArray<Law<StoreLawSetup>> = providing(all, (setup: StoreLawSetup, run) =>
  withContext(settingsOf(setup), run),
)
