import { lawsWith } from '../Law.ts'
import type { LawContext } from './LawContext.ts'

export const { law } = lawsWith<LawContext>()
