import { lawsWith } from '../Law.ts'
import type { RuntimeLawContext } from './RuntimeLawContext.ts'

export const { law, rewindLaw } = lawsWith<RuntimeLawContext>()
