import type { StoreLaw } from '../StoreLaws.ts'
import { badInput } from './badInput.ts'
import { commits } from './commits.ts'
import { documents } from './documents.ts'
import { due } from './due.ts'
import { generations } from './generations.ts'
import { waiting } from './given.ts'
import { type Group, type Handles, type MakeHandlerStore, withStore } from './HandlerLaw.ts'
import { handles } from './handles.ts'
import { inline } from './inline.ts'
import { leases } from './leases.ts'
import { races } from './races.ts'
import { registration } from './registration.ts'
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
  inline,
  handles,
  status,
  tail,
  badInput,
  stop,
]

/**
 * How long the laws wait (`patience`), in milliseconds, for what is to come by itself, before they call it a failure: 30,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerStoreLawsOptions {
  readonly patience?: number
}

/**
 * What every store promises to handlers and to followers of its log, as named checks: each makes a store of its own, and fails by throwing.
 * docs/handler-store.md has them as tables.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const handlerStoreLaws = (
  makeStore: MakeHandlerStore,
  { patience = 30_000 }: HandlerStoreLawsOptions = {},
): ReadonlyArray<StoreLaw> =>
  groups.flatMap(({ group, checks }) =>
    checks.map(({ name, check }) => ({
      group,
      name,
      run: () => withStore(makeStore, ({ store, other = store }) => check({ store, other, until: waiting(patience) })),
    })),
  )
