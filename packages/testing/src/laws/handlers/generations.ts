import { promotions } from './promotions.ts'
import { retirements } from './retirements.ts'
import { rollbacks } from './rollbacks.ts'

export const generations = [...promotions, ...rollbacks, ...retirements]
