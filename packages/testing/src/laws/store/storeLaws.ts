import { type Law, providing } from '../Law.ts'
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
import type { StoreLawSetup } from './StoreLawSetup.ts'
import { settingsOf } from './settingsOf.ts'
import { snapshots } from './snapshots.ts'
import { stop } from './stop.ts'

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
