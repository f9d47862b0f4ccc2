import { storeCapabilities } from '../../StoreCapabilities.ts'
import type { SkippedLaw, StoreLaw } from '../../StoreLaws.ts'
import { badInput } from './badInput.ts'
import { checkpointResets } from './checkpointResets.ts'
import { commits } from './commits.ts'
import { documents } from './documents.ts'
import { due } from './due.ts'
import { fillLog, makeUntil } from './fixtures.ts'
import { generations } from './generations.ts'
import {
  type HandlerLawContext,
  type LawGroup,
  type MakeHandlerStore,
  type UnboundLaw,
  withStore,
} from './HandlerLaw.ts'
import { histories } from './histories.ts'
import { inline } from './inline.ts'
import { leases } from './leases.ts'
import { races } from './races.ts'
import { registration } from './registration.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import { tail } from './tail.ts'
import { twoConnections } from './twoConnections.ts'

const groups: ReadonlyArray<LawGroup<HandlerLawContext>> = [
  registration,
  leases,
  commits,
  races,
  documents,
  due,
  generations,
  checkpointResets,
  inline,
  twoConnections,
  status,
  tail,
  histories,
  badInput,
  stop,
]

/**
 * How long the laws wait for a result (`patience`, in milliseconds, 30,000 by default) before they fail. `rewinds:
 * false` leaves out the laws that make the log go back, see `rewinding` of {@link HandlerStoreUnderTest}.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerStoreLawsOptions {
  readonly patience?: number
  readonly rewinds?: boolean
}

/**
 * These laws begin with an empty log. For the others the log already has enough events for a commit to use any of the
 * first 2,000 positions.
 */
const emptyLogGroups: ReadonlyArray<LawGroup<HandlerLawContext>> = [tail, histories]

const isApplicable =
  (options: HandlerStoreLawsOptions) =>
  ({ rewinds }: UnboundLaw<HandlerLawContext>): boolean =>
    rewinds !== true || options.rewinds !== false

/**
 * The promises of every store to handlers and to followers of its log, as named checks. Each law creates a store of its
 * own, and fails by throwing. docs/handler-store.md lists the promises in tables.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const handlerStoreLaws = (
  makeStore: MakeHandlerStore,
  options: HandlerStoreLawsOptions = {},
): ReadonlyArray<StoreLaw> => {
  const until = makeUntil(options.patience ?? 30_000)
  return groups.flatMap((of) =>
    of.laws.filter(isApplicable(options)).map(({ name, check }) => ({
      group: of.group,
      name,
      run: () =>
        withStore(makeStore, async ({ store, other = store, rewinding }) => {
          if (!emptyLogGroups.includes(of)) await fillLog(store)
          await check({ store, other, until, rewinding })
        }),
    })),
  )
}

/**
 * The laws that {@link handlerStoreLaws} leaves out, with the reasons.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const skippedHandlerStoreLaws = (options: HandlerStoreLawsOptions): ReadonlyArray<SkippedLaw> =>
  groups.flatMap(({ group, laws }) =>
    laws
      .filter((one) => !isApplicable(options)(one))
      .map(({ name }) => ({
        group,
        name,
        why: `the store does not claim rewinds (${storeCapabilities.rewinds})`,
      })),
  )
