import type { DocumentChange, HandlerRef, Lease } from '@foldlog/core/store'
import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { commit, commitOf, firstLease, freshName, registerHandler, sendHeartbeat } from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'

export const parked = (position: number): DocumentChange => ({ kind: 'parked', key: `${position}`, data: { position } })

/** Creates a second generation that has taken over from the first at the same position, and returns its lease. */
export const takenOver = async (store: CompleteHandlerStore, first: Lease) => {
  const next = await registerHandler(store, 1, { name: first.name, generation: 2 })
  const lease = firstLease(await sendHeartbeat(store, next, freshName('member')))
  await commit(store, commitOf(lease, [], first.position))
  expectEqual((await right(store.promote(next))).serving, 2, 'what serves')
  return { next, lease: { ...lease, position: first.position, revision: 1 } }
}

/** The generations of a handler and their roles, as both lists have them. */
export const rolesOf = async (store: CompleteHandlerStore, name: string) => {
  const rolesIn = (all: ReadonlyArray<HandlerRef & { readonly role: string }>) =>
    all.filter((one) => one.name === name).map(({ generation, role }) => [generation, role])
  const roles = rolesIn(await right(store.generations))
  expectEqual(rolesIn(await right(store.handlerStatuses)), roles, 'the roles in the status')
  return roles
}
