import { commitHistories } from './commitHistories.ts'
import { handlerRewinds } from './handlerRewinds.ts'
import { verifiedPlaces } from './verifiedPlaces.ts'

export const histories = [...verifiedPlaces, ...commitHistories, ...handlerRewinds]
