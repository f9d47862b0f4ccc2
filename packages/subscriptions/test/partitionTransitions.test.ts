import { describe, it } from '@jest/globals'
import * as fc from 'fast-check'
import { transitions } from './partitionModel.ts'
import { property } from './partitionProperty.ts'

describe('the transitions of a partition', () => {
  it('keep its promises in any order of what may happen', () => {
    void fc.assert(property(transitions), { numRuns: 1_000 })
  })
})
