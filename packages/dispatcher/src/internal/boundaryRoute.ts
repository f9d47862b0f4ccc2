import type { AnyBoundary } from '@foldlog/core'
import { either as E } from 'fp-ts'
import { type ErasedBoundary, prepareBoundaryCommand } from './BoundaryCommand.ts'
import type { CommandRoute } from './CommandRoute.ts'
import { jointResult } from './jointRoute.ts'

/** The commands of a boundary: they have no targets. `boundaryRounds` decides them on what they read. */
export const boundaryRoute = (boundary: AnyBoundary, owner: number): CommandRoute => {
  // Each command goes to the boundary of its type, and so do its view and events.
  const erased = boundary as unknown as ErasedBoundary
  return {
    name: `the boundary of ${boundary.commands.join(', ')}`,
    targetsOf: () => E.right([]),
    decide: () => E.right([]),
    prepare: (type, command) => prepareBoundaryCommand(erased, owner, type, command),
    result: jointResult,
  }
}
