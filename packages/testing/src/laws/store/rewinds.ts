import { repeatedRewinds } from './repeatedRewinds.ts'
import { rewoundAppends } from './rewoundAppends.ts'
import { rewoundPlaces } from './rewoundPlaces.ts'

export const rewinds = [...rewoundPlaces, ...rewoundAppends, ...repeatedRewinds]
