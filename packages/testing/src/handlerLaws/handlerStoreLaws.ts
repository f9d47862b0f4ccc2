import type { StoreLaw } from '../StoreLaws.ts'
import { badInput } from './badInput.ts'
import { commits } from './commits.ts'
import { documents } from './documents.ts'
import { due } from './due.ts'
import { generations } from './generations.ts'
import { type Group, type MakeHandlerStore, type Subject, withStore } from './HandlerLaw.ts'
import { inline } from './inline.ts'
import { leases } from './leases.ts'
import { races } from './races.ts'
import { registration } from './registration.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import { tail } from './tail.ts'

const groups: ReadonlyArray<Group<Subject>> = [
  registration,
  leases,
  commits,
  races,
  documents,
  due,
  generations,
  inline,
  status,
  tail,
  badInput,
  stop,
]

/**
 * What every store promises to handlers and to followers of its log, as named checks: each makes a store of its own, and fails by throwing.
 * docs/handler-store.md has them as tables.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const handlerStoreLaws = (makeStore: MakeHandlerStore): ReadonlyArray<StoreLaw> =>
  groups.flatMap(({ group, checks }) =>
    checks.map(({ name, check }) => ({ group, name, run: () => withStore(makeStore, ({ store }) => check(store)) })),
  )
