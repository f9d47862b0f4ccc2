import { lawsWith } from '../Law.ts'
import type { HandlerLawContext } from './HandlerLawContext.ts'

export const { law, rewindLaw } = lawsWith<HandlerLawContext>()
