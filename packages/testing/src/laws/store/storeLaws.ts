import { readRun } from '../../internal/readNumbers.ts'
import { type Law, providing } from '../Law.ts'
import type { LawSetup } from '../LawSetup.ts'
import type { StoreCapability } from '../StoreCapabilities.ts'
import type { MakeStore } from '../StoreUnderTest.ts'
import { absentOptions } from './absentOptions.ts'
import { append } from './append.ts'
import { appendAll } from './appendAll.ts'
import { appendAllIdempotence } from './appendAllIdempotence.ts'
import { badData } from './badData.ts'
import { badEvents } from './badEvents.ts'
import { badInput } from './badInput.ts'
import { checks } from './checks.ts'
import { deleteStream } from './deleteStream.ts'
import { fidelity } from './fidelity.ts'
import { findEvents } from './findEvents.ts'
import { histories } from './histories.ts'
import { idempotence } from './idempotence.ts'
import { isolation } from './isolation.ts'
import { type LawContext, withContext } from './LawContext.ts'
import { largeEvents } from './largeEvents.ts'
import { laziness } from './laziness.ts'
import { filteredLog, log } from './log.ts'
import { logOrder } from './logOrder.ts'
import { names } from './names.ts'
import { programs } from './programs.ts'
import { races } from './races.ts'
import { read, streamInfo } from './read.ts'
import { rewinds } from './rewinds.ts'
import { snapshots } from './snapshots.ts'
import { stop } from './stop.ts'

/**
 * The set-up of store laws: how to create a store, the claims of the store, and the size of the laws. `numRuns` is the
 * number of runs of a property, 100 by default (some laws take a multiple of it); `seed` makes the values of properties
 * repeatable.
 *
 * @category model
 * @since 0.1.0
 */
export interface StoreLawSetup extends LawSetup {
  readonly makeStore: MakeStore
  readonly numRuns?: number | undefined
  readonly seed?: number | undefined
}

const all: ReadonlyArray<Law<LawContext>> = [
  ...append,
  ...appendAll,
  ...checks,
  ...races,
  ...idempotence,
  ...appendAllIdempotence,
  ...programs,
  ...read,
  ...streamInfo,
  ...log,
  ...filteredLog,
  ...logOrder,
  ...findEvents,
  ...deleteStream,
  ...snapshots,
  ...histories,
  ...rewinds,
  ...fidelity,
  ...largeEvents,
  ...names,
  ...badData,
  ...badEvents,
  ...badInput,
  ...absentOptions,
  ...laziness,
  ...isolation,
  ...stop,
]

const settingsOf = ({ makeStore, capabilities = {}, ...given }: StoreLawSetup) => {
  const { numRuns, ...seed } = readRun(given)
  return {
    makeStore,
    can: (capability: StoreCapability) => capabilities[capability] !== false,
    runs: (share: number) => ({ numRuns: Math.max(1, Math.ceil((share * numRuns) / 100)), ...seed }),
  }
}

/**
 * The promises of every event store, as a plain list: for {@link describeLaws}, {@link checkLaws}, or a runner of one's
 * own. docs/store-behaviour.md lists the promises in tables.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const storeLaws: ReadonlyArray<Law<StoreLawSetup>> = providing(all, (setup: StoreLawSetup, run) =>
  withContext(settingsOf(setup), run),
)
