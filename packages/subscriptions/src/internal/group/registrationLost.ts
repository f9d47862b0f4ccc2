import type { HandlerRef } from '@foldlog/core/store'
import type { RegistrationLost } from '../../RegistrationLost.ts'

/** Makes the error, with what an operator should do. */
export const registrationLost = ({ name, generation }: HandlerRef, position: number | null): RegistrationLost => ({
  _tag: 'RegistrationLost',
  name,
  generation,
  position,
  why:
    `the store no longer knows ${JSON.stringify(name)}: its registration is lost, with its checkpoint. ` +
    `The last checkpoint that this process knows is ${position ?? 'none'}. ` +
    'Find out what happened to the database first. ' +
    `Then register generation ${generation} at the position from which it should continue (register of the store), ` +
    'or restart this process to begin at its start',
})
