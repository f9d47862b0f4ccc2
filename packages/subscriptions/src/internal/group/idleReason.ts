import { type Clock, describeError, type Logger } from '@foldlog/core'
import type { GenerationRole, HandlerGeneration } from '@foldlog/core/store'
import type { HandlerDefinition } from '../handlers/HandlerDefinition.ts'
import { mismatchWith } from '../handlers/handlerShape.ts'
import { firstGeneration, versionOf } from '../membership/generationNumbers.ts'
import { isWorkedOn, ofVersion, servingOf } from './generationPlan.ts'
import type { LocalStop } from './LocalStop.ts'

/** Why a process works on no generation of a handler, and what an operator can do. */
export interface IdleReason {
  /** The generation that it would work on, with its role. */
  readonly generation: number
  readonly role: GenerationRole
  /** The position of the generation that serves. */
  readonly position: number
  readonly why: string
  readonly hint: string
}

const newerServes = [
  'a newer version of a handler serves; this process does nothing for it',
  'rollBack lets the former generation serve',
] as const
const wasRolledBack = [
  'this version of a handler was rolled back; this process does nothing for it',
  'raise the version, or rebuild the handler',
] as const

/**
 * Why code of this version does nothing, by the generations in the store; `undefined` when it works, or has not
 * registered its generation yet.
 */
export const idleReason = (
  definition: HandlerDefinition,
  known: ReadonlyArray<HandlerGeneration>,
): IdleReason | undefined => {
  const { version } = definition
  const own = ofVersion(version, known)
  const served = servingOf(known)
  const position = served?.position ?? 0
  const [worked] = own.filter(isWorkedOn)
  const mismatch = worked === undefined ? undefined : mismatchWith(definition, worked)
  if (worked !== undefined) {
    const { generation, role } = worked
    const hint = 'this process does nothing for it'
    return mismatch === undefined ? undefined : { generation, role, position, why: describeError(mismatch), hint }
  }
  const isOlder = versionOf(served?.generation ?? 0) > version
  if (!isOlder && own.length === 0) return undefined
  const [why, hint] = isOlder ? newerServes : wasRolledBack
  const generation = own.at(-1)?.generation ?? firstGeneration(version)
  return { generation, role: own.at(-1)?.role ?? 'outdated', position, why, hint }
}

/** Logs once why this process does nothing for a handler, and keeps the reason. */
export interface IdleNote {
  readonly note: (isAtWork: boolean, known: ReadonlyArray<HandlerGeneration>) => void
  readonly localStop: () => LocalStop | undefined
}

export interface IdleNoteOptions {
  readonly definition: HandlerDefinition
  readonly clock: Clock
  readonly logger: Logger
}

export const makeIdleNote = ({ definition, clock, logger }: IdleNoteOptions): IdleNote => {
  const { name, version } = definition
  let idle: (IdleReason & { readonly since: number }) | undefined
  return {
    note: (isAtWork, known) => {
      const found = isAtWork ? undefined : idleReason(definition, known)
      if (found !== undefined && found.why !== idle?.why) {
        const { why, hint, position } = found
        const serves = versionOf(servingOf(known)?.generation ?? 0)
        logger.error(why, { handler: name, version, serves, position, hint })
      }
      idle = found === undefined ? undefined : { ...found, since: idle?.since ?? clock() }
    },
    localStop: () => {
      if (idle === undefined) return undefined
      const { generation, role, position, since, why, hint } = idle
      return { name, generation, role, partition: 0, position, since, reason: `${why}: ${hint}` }
    },
  }
}
