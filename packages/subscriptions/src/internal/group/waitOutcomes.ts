import type { HandlerStore } from '@foldlog/core'
import type { HandlerCheckpoints } from '@foldlog/core/store'
import { either as E } from 'fp-ts'
import type { AwaitedParkedEvent, HandlersNotRunning } from '../../HandlerRuntimeError.ts'
import { runSafely } from '../async/runSafely.ts'
import { decodeParked } from '../partition/ParkedDocument.ts'
import { describeStopDocument } from '../partition/StopDocument.ts'
import type { HandlerWait } from './HandlerWait.ts'
import { eventsParked, handlersNotRunning, unknownHandler } from './waitErrors.ts'

// Reasons for which a wait ends early: an awaited event is parked, or a handler cannot reach the position.

/** Ends the waits whose handlers have reached the position, with an error when awaited events are parked. */
export const settleParked = async (
  store: Pick<HandlerStore, 'findParked'>,
  waits: ReadonlySet<HandlerWait>,
): Promise<void> => {
  for (const wait of waits) {
    if (wait.names.size > 0 || wait.parking.size === 0) continue
    const events: Array<AwaitedParkedEvent> = []
    for (const handler of wait.parking) {
      const found = await runSafely(store.findParked(handler, wait.events))
      // The next poll asks again.
      if (E.isLeft(found)) break
      wait.parking.delete(handler)
      const parked = found.right.flatMap((document) => decodeParked(document) ?? [])
      for (const { input, stream, version, position, type, why, behind } of parked) {
        // A parked timer or rejection has the position of an event that is handled.
        if (input === undefined) events.push({ handler, stream, version, position, type, why, behind })
      }
    }
    if (events.length > 0) wait.settle(E.left(eventsParked(events)))
    else if (wait.parking.size === 0) wait.settle(E.right(undefined))
  }
}

/** What this process knows of its own handlers. */
export interface OwnHandlers {
  /** Whether this runtime has a handler, started or not. */
  readonly has: (name: string) => boolean
  /** Whether this process works on a handler, or is about to. */
  readonly isWorking: (name: string) => boolean
  /** Why a handler does nothing in this process, for reasons that the store does not know. */
  readonly localStops: (name: string) => ReadonlyArray<string>
}

/**
 * A wait ends when no process has worked on a handler for so many milliseconds, or the handler was stopped for as long.
 * A process that starts registers its handlers a moment before it is a member. A process that stops finishes what is
 * under way.
 */
const idleTime = 500

/** Ends waits for handlers that do not exist, or on which no process works. */
export const makeIdleWatch = (store: Pick<HandlerStore, 'generations'>, own: OwnHandlers) => {
  /** The time since when no process works on a handler, by a clock that does not jump. */
  const idleSince = new Map<string, number>()

  const isIdle = ({ conditions }: HandlerCheckpoints, name: string): boolean => {
    const activity = conditions[name]?.activity
    if (activity === 'stopped') return true
    return activity !== 'working' && activity !== 'resuming' && !own.isWorking(name)
  }

  const idleFor = (name: string): number => performance.now() - (idleSince.get(name) ?? Number.POSITIVE_INFINITY)

  return {
    settle: async (waits: ReadonlySet<HandlerWait>, read: HandlerCheckpoints): Promise<void> => {
      const names = new Set([...waits].flatMap((wait) => [...wait.names]))
      for (const name of idleSince.keys()) if (!names.has(name)) idleSince.delete(name)
      for (const name of names) {
        if (!isIdle(read, name)) idleSince.delete(name)
        else if (!idleSince.has(name)) idleSince.set(name, performance.now())
      }
      const unknown = [...names].filter((name) => read.positions[name] === undefined && !own.has(name))
      const idle = [...names].filter((name) => !unknown.includes(name) && idleFor(name) >= idleTime)
      if (unknown.length === 0 && idle.length === 0) return
      const all = await runSafely(store.generations)
      // The next poll asks again.
      if (E.isLeft(all)) return
      const known = [...new Set(all.right.map(({ name }) => name))]
      const stopsOf = (name: string): ReadonlyArray<string> => [
        ...all.right
          .filter((one) => one.name === name && one.serves)
          .flatMap(({ stops }) => stops.map(({ data }) => describeStopDocument(data))),
        ...own.localStops(name),
      ]
      for (const wait of waits) {
        const [missing] = unknown.filter((name) => wait.names.has(name) && !known.includes(name))
        const waiting = idle.filter((name) => wait.names.has(name))
        const handlers: HandlersNotRunning['handlers'] = waiting.map((name) => ({ name, stops: stopsOf(name) }))
        if (missing !== undefined) wait.settle(E.left(unknownHandler(missing, known)))
        else if (handlers.length > 0) {
          wait.settle(E.left(handlersNotRunning(wait.position, handlers)))
        }
      }
    },
  }
}
