import type { HandlerMismatch } from '@foldlog/core'
import { type HandlerGeneration, HandlerIdentity, type HandlerShape } from '@foldlog/core/store'
import { StartFrom } from '../../StartFrom.ts'
import type { HandlerDefinition } from './HandlerDefinition.ts'

/** The parts of a stored generation that are compared with the code. */
export type KnownShape = Pick<HandlerGeneration, 'name' | 'generation' | 'partitions' | 'identity'>

export const identityOf = ({
  kind,
  filter,
  start,
}: Pick<HandlerDefinition, 'kind' | 'filter' | 'start'>): HandlerIdentity => ({
  kind,
  reads: filter,
  start: StartFrom.describe(start),
})

const shapeOf = (definition: HandlerDefinition): HandlerShape => ({
  ...identityOf(definition),
  partitions: definition.partitions,
})

/** The stored shape. For a generation without an identity, only the partitions can differ. */
const storedShape = ({ identity, partitions }: KnownShape, given: HandlerShape): HandlerShape => ({
  ...(identity ?? given),
  partitions,
})

/** Why the code of a handler does not fit a generation of its own version. */
export const mismatchWith = (definition: HandlerDefinition, known: KnownShape): HandlerMismatch | undefined => {
  const given = shapeOf(definition)
  return HandlerIdentity.mismatch(known, storedShape(known, given), given)
}

/** Why the code is another handler than a generation of any version. Versions of a handler differ in all but this. */
export const otherKind = (definition: HandlerDefinition, known: KnownShape): HandlerMismatch | undefined => {
  const mismatch = mismatchWith(definition, known)
  return mismatch?.differs.includes('kind') ? mismatch : undefined
}

/** Whether the code asks for another start than the one with which the generation was made. */
export const hasOtherStart = (definition: HandlerDefinition, known: KnownShape): boolean =>
  known.identity !== null && known.identity.start !== StartFrom.describe(definition.start)
