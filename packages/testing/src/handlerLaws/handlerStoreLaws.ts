import { storeCapabilities } from '../StoreCapabilities.ts'
import type { LawLeftOut, StoreLaw } from '../StoreLaws.ts'
import { badInput } from './badInput.ts'
import { commits } from './commits.ts'
import { documents } from './documents.ts'
import { due } from './due.ts'
import { generations } from './generations.ts'
import { fill, waiting } from './given.ts'
import { type Check, type Group, type Handles, type MakeHandlerStore, withStore } from './HandlerLaw.ts'
import { handles } from './handles.ts'
import { histories } from './histories.ts'
import { inline } from './inline.ts'
import { leases } from './leases.ts'
import { races } from './races.ts'
import { registration } from './registration.ts'
import { setBacks } from './setBacks.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import { tail } from './tail.ts'

const groups: ReadonlyArray<Group<Handles>> = [
  registration,
  leases,
  commits,
  races,
  documents,
  due,
  generations,
  setBacks,
  inline,
  handles,
  status,
  tail,
  histories,
  badInput,
  stop,
]

/**
 * How long the laws wait (`patience`), in milliseconds, for what is to come by itself, before they call it a failure:
 * 30,000 when absent. `rewinds: false` leaves out the laws that make the log go back, see `rewinding` of {@link
 * HandlerStoreUnderTest}.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerStoreLawsOptions {
  readonly patience?: number
  readonly rewinds?: boolean
}

/**
 * These begin with an empty log. For the others the log already has so many events that a commit may name any position
 * of the first 2,000.
 */
const beginEmpty: ReadonlyArray<Group<Handles>> = [tail, histories]

const isHeld =
  (options: HandlerStoreLawsOptions) =>
  ({ rewinds }: Check<Handles>): boolean =>
    rewinds !== true || options.rewinds !== false

/**
 * What every store promises to handlers and to followers of its log, as named checks: each makes a store of its own, and fails by throwing.
 * docs/handler-store.md has them as tables.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const handlerStoreLaws = (
  makeStore: MakeHandlerStore,
  options: HandlerStoreLawsOptions = {},
): ReadonlyArray<StoreLaw> => {
  const until = waiting(options.patience ?? 30_000)
  return groups.flatMap((of) =>
    of.checks.filter(isHeld(options)).map(({ name, check }) => ({
      group: of.group,
      name,
      run: () =>
        withStore(makeStore, async ({ store, other = store, rewinding }) => {
          if (!beginEmpty.includes(of)) await fill(store)
          await check({ store, other, until, rewinding })
        }),
    })),
  )
}

/**
 * The laws that {@link handlerStoreLaws} leaves out, and why.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const handlerLawsLeftOut = (options: HandlerStoreLawsOptions): ReadonlyArray<LawLeftOut> =>
  groups.flatMap(({ group, checks }) =>
    checks
      .filter((one) => !isHeld(options)(one))
      .map(({ name }) => ({
        group,
        name,
        why: `the store does not claim rewinds (${storeCapabilities.rewinds})`,
      })),
  )
