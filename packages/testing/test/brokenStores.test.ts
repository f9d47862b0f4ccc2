import { storeLaws } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { appendAllFaults } from './faults/appendAll.ts'
import { appendFaults } from './faults/appends.ts'
import { dataFaults } from './faults/data.ts'
import { deleteFaults, lifeFaults, snapshotFaults } from './faults/lives.ts'
import { raceFaults } from './faults/races.ts'
import { logFaults, readFaults } from './faults/reads.ts'

const faults = [
  ...appendFaults,
  ...raceFaults,
  ...appendAllFaults,
  ...readFaults,
  ...logFaults,
  ...dataFaults,
  ...deleteFaults,
  ...snapshotFaults,
  ...lifeFaults,
]

describe('a store that', () => {
  for (const { fault, caughtBy, make } of faults) {
    for (const name of caughtBy) {
      it(`${fault}: caught by ${name}`, async () => {
        const named = storeLaws(async () => ({ store: make() })).filter((law) =>
          `${law.group}: ${law.name}`.startsWith(name),
        )
        expect(named).toHaveLength(1)
        const [law] = named
        await expect(law?.run()).rejects.toMatchObject({ message: expect.stringMatching(/\S/) })
      })
    }
  }
})
