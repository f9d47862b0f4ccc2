import type { HandlerInUse, HandlerRemoval, HandlerStore, InvalidInput } from '@foldlog/core'
import { type Checked, type DocumentKind, HandlerStoreInput, rejectInput } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { checkpointOf, type Generation, type Handler, type Handlers, isHeldByStore } from './Handlers.ts'
import { nextEpoch } from './histories.ts'
import type { Log } from './Log.ts'
import { registerHandler } from './registry.ts'

type Found<A> = E.Either<HandlerInUse | InvalidInput, A>

/** The members of a generation, and when their leases end. A member that is leaving may still hold partitions. */
const leasesOf = ({ members, partitions }: Generation): ReadonlyArray<readonly [member: string, until: number]> => [
  ...Array.from(members, ([member, { until }]) => [member, until] as const),
  ...partitions.flatMap((one) =>
    one.holder === undefined || isHeldByStore(one) ? [] : [[one.holder, one.until] as const],
  ),
]

/** A handler that no member works on and on which no append depends. */
const idleHandler = ({ byName, now }: Handlers, name: string): Found<Handler> => {
  const handler = byName.get(name)
  if (handler === undefined || handler.generations.size === 0)
    return rejectInput('handler', `there is no handler ${JSON.stringify(name)}`)
  if (handler.inline?.generation !== undefined)
    return rejectInput('handler', 'is an open inline projection, on which appends depend: end it first (endInline)')
  const living = [...handler.generations.values()].flatMap(leasesOf).filter(([, until]) => until > now())
  if (living.length === 0) return E.right(handler)
  return E.left({
    _tag: 'HandlerInUse',
    name,
    members: [...new Set(living.map(([member]) => member))].sort(),
    until: new Date(Math.max(...living.map(([, until]) => until))),
  })
}

const countDocuments = (generations: ReadonlyArray<Generation>): HandlerRemoval['documents'] => {
  const kinds = generations.flatMap(({ documents }) => [...documents.values()].map(({ kind }) => kind))
  const count = (kind: DocumentKind): number => kinds.filter((one) => one === kind).length
  return {
    view: count('view'),
    process: count('process'),
    command: count('command'),
    timer: count('timer'),
    parked: count('parked'),
    stop: count('stop'),
    gaps: count('gaps'),
    attempts: count('attempts'),
  }
}

/** The highest epoch of a handler. A later handler with its name begins above it, so that late commits are fenced. */
const highestEpoch = ({ epoch, generations }: Handler): number =>
  Math.max(epoch, ...[...generations.values()].flatMap(({ partitions }) => partitions.map((one) => one.epoch)))

const remove = (handler: Handler): HandlerRemoval => {
  const numbers = [...handler.generations.keys()].sort((a, b) => a - b)
  const served = handler.generations.get(handler.serving)
  const documents = countDocuments([...handler.generations.values()])
  const position = served === undefined ? 0 : checkpointOf(served)
  handler.epoch = highestEpoch(handler)
  handler.generations.clear()
  return { generations: numbers, position, documents }
}

/** What remains of a name that no handler has any more. */
const formerHandler = (epoch: number): Handler => ({
  start: 0,
  inline: undefined,
  serving: 0,
  previous: undefined,
  returning: false,
  epoch,
  generations: new Map(),
})

const rename = ({ byName }: Handlers, log: Log, handler: Handler, name: string, newName: string): Checked<void> => {
  const former = byName.get(newName)
  if (former !== undefined && former.generations.size > 0)
    return rejectInput('newName', `there is a handler ${JSON.stringify(newName)} already`)
  const epoch = highestEpoch(handler)
  handler.epoch = Math.max(epoch, former?.epoch ?? 0)
  for (const { partitions } of handler.generations.values())
    for (const one of partitions) {
      one.epoch = nextEpoch(log.histories, handler.epoch)
      if (!isHeldByStore(one)) one.holder = undefined
    }
  byName.set(newName, handler)
  byName.set(name, formerHandler(epoch))
  return E.right(undefined)
}

/** Removes, renames and resets handlers. */
export const removalsOf = (handlers: Handlers, log: Log): Pick<HandlerStore, 'remove' | 'rename' | 'reset'> => ({
  remove: (name) => async () =>
    F.pipe(
      HandlerStoreInput.name(name),
      E.chainFirstW(handlers.checkRunning),
      E.chainW(() => idleHandler(handlers, name)),
      E.map(remove),
    ),

  rename: (name, newName) => async () =>
    F.pipe(
      HandlerStoreInput.name(name),
      E.chain(() => HandlerStoreInput.newName(newName)),
      E.chainFirstW(handlers.checkRunning),
      E.chainW(() => idleHandler(handlers, name)),
      E.chainW((handler) => rename(handlers, log, handler, name, newName)),
    ),

  reset: (registration) => async () =>
    F.pipe(
      HandlerStoreInput.registration(registration),
      E.chainFirstW(handlers.checkRunning),
      E.chainW(() => idleHandler(handlers, registration.name)),
      E.map((handler) => {
        const removal = remove(handler)
        // No generation is left with which the kind could conflict.
        registerHandler(handlers, log, registration)
        return removal
      }),
    ),
})
