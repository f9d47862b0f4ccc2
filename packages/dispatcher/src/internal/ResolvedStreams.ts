import type { InvalidInput, StoreUnavailable, StreamName } from '@foldlog/core'
import { either as E } from 'fp-ts'
import type { PendingCommand } from './PendingCommand.ts'
import type { Resolution, ResolvedStream, StreamResolver } from './StreamResolver.ts'
import type { Target } from './Target.ts'

/** The streams of the targets of some commands, by the names under their current categories. */
export type ResolvedStreams = ReadonlyMap<StreamName, ResolvedStream>

/** The targets of all commands, each stream once. */
export const targetsOf = (commands: ReadonlyArray<PendingCommand>): ReadonlyArray<Target> => {
  const first = commands[0]?.targets ?? []
  // Most batches are for one stream, and every batch passes through here.
  if (
    first.length === 1 &&
    commands.every(({ targets }) => targets.length === 1 && targets[0]?.name === first[0]?.name)
  )
    return first
  const targets = new Map<StreamName, Target>()
  for (const pending of commands) for (const target of pending.targets) targets.set(target.name, target)
  return [...targets.values()]
}

/** The stream of a target. */
export const resolvedOf = (resolved: ResolvedStreams, { name }: Target): ResolvedStream =>
  // The streams of all targets are resolved before a batch begins.
  resolved.get(name) ?? { stream: name, found: false }

/** The streams of the targets of a command, in their order. */
export const streamsOf = (resolved: ResolvedStreams, { targets }: PendingCommand): ReadonlyArray<StreamName> =>
  targets.map((target) => resolvedOf(resolved, target).stream)

const isKnown = (one: Resolution | Promise<Resolution>): one is Resolution => !(one instanceof Promise)

type Resolved = E.Either<InvalidInput | StoreUnavailable, ResolvedStreams>

const together = (targets: ReadonlyArray<Target>, all: ReadonlyArray<Resolution>): Resolved => {
  const resolved = new Map<StreamName, ResolvedStream>()
  for (const [i, one] of all.entries()) {
    if (E.isLeft(one)) return one
    const name = targets[i]?.name
    if (name !== undefined) resolved.set(name, one.right)
  }
  return E.right(resolved)
}

/** Resolves the streams of all targets. No turn of the event loop when no stream has to be looked up. */
export const resolveAll = (resolver: StreamResolver, targets: ReadonlyArray<Target>): Resolved | Promise<Resolved> => {
  const all = targets.map(({ aggregate, name }) => resolver.resolve(aggregate, name))
  const known = all.filter(isKnown)
  return known.length === all.length
    ? together(targets, known)
    : Promise.all(all).then((found) => together(targets, found))
}
