import { readFileSync } from 'node:fs'
import { boundaryLaws, checkLaws, describeReport, skippedLaws, storeLaws } from '@foldlog/testing/laws'
import { describe, expect, it } from '@jest/globals'

const rows = readFileSync(new URL('../../../docs/store-behaviour.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| -{3}/.test(line))

/** The laws in the last cell of a row, as `group: beginning of a name`; heads of tables have the word `law`. */
const lawsOf = (row: string): ReadonlyArray<string> => (row.split(' | ').at(-1) ?? '').replace(/ \|$/, '').split(' · ')

const documentedLaws = rows.flatMap(lawsOf).filter((one) => one !== 'law')

const names = [...storeLaws, ...boundaryLaws].map(({ group, name }) => `${group}: ${name}`)

describe('docs/store-behaviour.md', () => {
  it('names a law in every row', () => {
    expect(rows.length).toBeGreaterThan(80)
    expect(documentedLaws.filter((one) => !/^[\w ’]+: \S/.test(one))).toEqual([])
  })

  it('names existing laws, each unambiguously', () => {
    expect(documentedLaws.filter((one) => names.filter((name) => name.startsWith(one)).length !== 1)).toEqual([])
  })

  it('names every law', () => {
    expect(names.filter((name) => !documentedLaws.some((one) => name.startsWith(one)))).toEqual([])
  })

  it('has laws with distinct names', () => {
    expect(names).toEqual([...new Set(names)])
  })

  it('says what is so for boundaries: a store without conditions is held to none of their laws, which is printed', async () => {
    const makeStore = async () => Promise.reject(new Error('a law was run'))
    const setup = { makeStore, capabilities: { conditions: false } }
    expect(skippedLaws(boundaryLaws, setup)).toHaveLength(boundaryLaws.length)
    const printed = describeReport(await checkLaws(boundaryLaws, setup)()).split('\n')
    expect(printed[0]).toBe(`0 laws kept, 0 broken, ${boundaryLaws.length} skipped`)
    for (const { group, name } of boundaryLaws) {
      const [line, ...others] = printed.filter((one) => one.startsWith(`skipped: ${group}: ${name}: `))
      expect([line, others]).toEqual([expect.stringContaining('does not claim conditions (keeps tags'), []])
    }
  })
})
