import { boundaryLaws } from '@foldlog/testing/laws'
import { describe, expect, it } from '@jest/globals'
import { boundaryFaults } from './faults/boundaries.ts'
import { memoryRewinding } from './memoryRewinding.ts'

const nameOf = ({ group, name }: { readonly group: string; readonly name: string }) => `${group}: ${name}`

describe('a store of boundaries that', () => {
  for (const { fault, caughtBy, make } of boundaryFaults) {
    for (const name of caughtBy) {
      it(`${fault}: caught by ${name}`, async () => {
        const named = boundaryLaws.filter((law) => nameOf(law).startsWith(name))
        expect(named).toHaveLength(1)
        const makeStore = async () => {
          const store = make()
          const { backup } = store
          return { store, ...(backup && { rewinding: memoryRewinding({ backup }) }) }
        }
        await expect(named[0]?.run({ makeStore, seed: 1 })).rejects.toMatchObject({
          message: expect.stringMatching(/\S/),
        })
      })
    }
  }
})

/** Laws that no store in memory can break: no append in it stays open. Postgres has planted faults of its own. */
const needsOpenAppend = ({ group }: { readonly group: string }): boolean => group === 'boundaries beside open appends'

it('each law of boundaries is broken by a planted store', () => {
  const laws = boundaryLaws.filter((law) => !needsOpenAppend(law)).map(nameOf)
  const isBroken = (law: string) => boundaryFaults.some(({ caughtBy }) => caughtBy.some((name) => law.startsWith(name)))
  expect(laws.filter((law) => !isBroken(law))).toEqual([])
})
