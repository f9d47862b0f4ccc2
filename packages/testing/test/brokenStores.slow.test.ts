import { storeLaws } from '@foldlog/testing/laws'
import { describe, expect, it } from '@jest/globals'
import { appendAllFaults } from './faults/appendAll.ts'
import { appendFaults } from './faults/appends.ts'
import { checkFaults } from './faults/checks.ts'
import { dataFaults } from './faults/data.ts'
import { historyFaults } from './faults/histories.ts'
import { deleteFaults, lifecycleFaults, snapshotFaults } from './faults/lifecycle.ts'
import { raceFaults } from './faults/races.ts'
import { logFaults, readFaults } from './faults/reads.ts'
import { memoryRewinding } from './memoryRewinding.ts'

const faults = [
  ...appendFaults,
  ...raceFaults,
  ...appendAllFaults,
  ...checkFaults,
  ...readFaults,
  ...logFaults,
  ...dataFaults,
  ...deleteFaults,
  ...snapshotFaults,
  ...lifecycleFaults,
  ...historyFaults,
]

const madeBy = (make: (typeof faults)[number]['make']) => async () => {
  const store = make()
  const { backup } = store
  return { store, ...(backup && { rewinding: memoryRewinding({ backup }) }) }
}

describe('a store that', () => {
  for (const { fault, caughtBy, make } of faults) {
    for (const name of caughtBy) {
      it(`${fault}: caught by ${name}`, async () => {
        const named = storeLaws.filter((law) => `${law.group}: ${law.name}`.startsWith(name))
        expect(named).toHaveLength(1)
        const [law] = named
        await expect(law?.run({ makeStore: madeBy(make) })).rejects.toMatchObject({
          message: expect.stringMatching(/\S/),
        })
      })
    }
  }
})

it('each law of checks, histories and rewinds is broken by a planted store', () => {
  const laws = storeLaws
    .map(({ group, name }) => `${group}: ${name}`)
    .filter((name) => /^(checks|histories|rewinds): /.test(name))
  expect(laws.length).toBeGreaterThan(15)
  expect(laws.filter((law) => !faults.some(({ caughtBy }) => caughtBy.some((name) => law.startsWith(name))))).toEqual(
    [],
  )
})
