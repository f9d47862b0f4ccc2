import { rewoundHandlers } from './rewoundHandlers.ts'
import { rewoundReaders } from './rewoundReaders.ts'
import { rewoundWork } from './rewoundWork.ts'

export const rewinds = [...rewoundHandlers, ...rewoundWork, ...rewoundReaders]
