import { resetEffects } from './resetEffects.ts'
import { resetLimits } from './resetLimits.ts'
import { resetRaces } from './resetRaces.ts'

export const checkpointResets = [...resetEffects, ...resetRaces, ...resetLimits]
