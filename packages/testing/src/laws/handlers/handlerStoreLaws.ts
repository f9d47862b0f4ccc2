import type { NumberOption } from '@foldlog/core/store'
import { duration, readNumber } from '../../internal/readNumbers.ts'
import { makeUntil } from '../fixtures.ts'
import { type Law, providing } from '../Law.ts'
import type { LawSetup } from '../LawSetup.ts'
import type { MakeStore } from '../StoreUnderTest.ts'
import { absentOptions } from './absentOptions.ts'
import { badInput } from './badInput.ts'
import { checkpointResets } from './checkpointResets.ts'
import { commits } from './commits.ts'
import { documentQueries } from './documentQueries.ts'
import { documents } from './documents.ts'
import { due } from './due.ts'
import { fillLog } from './fixtures.ts'
import { generations } from './generations.ts'
import { type CompleteHandlerStore, type HandlerLawContext, withStore } from './HandlerLawContext.ts'
import { histories } from './histories.ts'
import { identities } from './identities.ts'
import { inline } from './inline.ts'
import { inspection } from './inspection.ts'
import { inspectionLists } from './inspectionLists.ts'
import { largeDocuments } from './largeDocuments.ts'
import { leases } from './leases.ts'
import { openAppends } from './openAppends.ts'
import { races } from './races.ts'
import { registration } from './registration.ts'
import { removals } from './removals.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import { tail } from './tail.ts'
import { twoConnections } from './twoConnections.ts'
import { waitedHandlers } from './waitedHandlers.ts'

/** Gives the log enough events for a commit to use any of the first 2,000 positions. */
const onFilledLog = (laws: ReadonlyArray<Law<HandlerLawContext>>): ReadonlyArray<Law<HandlerLawContext>> =>
  providing(laws, async (context: HandlerLawContext, run) => {
    await fillLog(context.store)
    await run(context)
  })

const all: ReadonlyArray<Law<HandlerLawContext>> = [
  ...onFilledLog([
    ...registration,
    ...identities,
    ...leases,
    ...commits,
    ...races,
    ...documents,
    ...largeDocuments,
    ...documentQueries,
    ...absentOptions,
    ...due,
    ...generations,
    ...removals,
    ...checkpointResets,
    ...inline,
    ...twoConnections,
    ...status,
    ...waitedHandlers,
    ...openAppends,
    ...inspection,
    ...inspectionLists,
  ]),
  // These begin with an empty log.
  ...tail,
  ...histories,
  ...onFilledLog([...badInput, ...stop]),
]

/**
 * The set-up of handler store laws: how to create a store, its claims (of the capabilities `rewinds`, `openAppends`
 * and `inspection` matter), and how long the laws wait for a result before they fail (`patience`, in milliseconds,
 * 30,000 by default).
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerStoreLawSetup extends LawSetup {
  readonly makeStore: MakeStore<CompleteHandlerStore>
  readonly patience?: number | undefined
}

/** Milliseconds that a law waits for a result. */
export const defaultPatience: NumberOption = duration(30_000)

/**
 * The promises of every store to handlers and to followers of its log, as a plain list. docs/handler-store.md lists
 * them in tables.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const handlerStoreLaws: ReadonlyArray<Law<HandlerStoreLawSetup>> = providing(
  all,
  async ({ makeStore, patience }: HandlerStoreLawSetup, run) => {
    const until = makeUntil(readNumber('patience', defaultPatience, patience))
    await withStore(makeStore, (opened) => run({ ...opened, until }))
  },
)
