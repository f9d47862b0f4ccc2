import { inlineInput } from './inlineInput.ts'
import { inlineOpening } from './inlineOpening.ts'
import { inlineRaces } from './inlineRaces.ts'
import { inlineViews } from './inlineViews.ts'

export const inline = [...inlineViews, ...inlineRaces, ...inlineOpening, ...inlineInput]
