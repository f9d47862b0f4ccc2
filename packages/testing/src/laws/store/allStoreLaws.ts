import { append } from './append.ts'
import { appendAll } from './appendAll.ts'
import { appendAllIdempotence } from './appendAllIdempotence.ts'
import { badData } from './badData.ts'
import { badEvents } from './badEvents.ts'
import { badInput } from './badInput.ts'
import { deleteStream } from './deleteStream.ts'
import { fidelity } from './fidelity.ts'
import { findEvents } from './findEvents.ts'
import { histories } from './histories.ts'
import { idempotence } from './idempotence.ts'
import { isolation } from './isolation.ts'
import type { Law } from './Law.ts'
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

/** The promises of a store. docs/store-behaviour.md lists them in tables. */
export const allStoreLaws: ReadonlyArray<Law> = [
  ...append,
  ...appendAll,
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
  ...names,
  ...badData,
  ...badEvents,
  ...badInput,
  ...laziness,
  ...isolation,
  ...stop,
]
