import { beforeAll, describe, expect, it } from '@jest/globals'
import { type Database, makeDatabase } from './Database.ts'
import { naiveImport } from './naiveImport.ts'
import { bank, type Ended, lastLine, readText, runBank, sampleFile, until } from './program.ts'

// With a limit, a row that is applied too early or too late changes the decisions on others. Without one, sums hide it.
const overdraft = '0'
const expected = naiveImport(readText(sampleFile), overdraft)
const parameters = ({ url }: Database) => ['import', sampleFile, '--overdraft', overdraft, '--database', url]

const counts = (ended: Ended): ReadonlyArray<number> =>
  [...lastLine(ended).matchAll(/=(-?\d+)/g)].map(([, digits]) => Number(digits))

/** The stored result of an undisturbed import. */
let undisturbed: Readonly<Record<string, string>> = {}

beforeAll(async () => {
  const database = await makeDatabase()
  expect(lastLine(await runBank(parameters(database)))).toBe(expected.line)
  undisturbed = await database.histories()
  expect(Object.keys(undisturbed)).toHaveLength(60)
}, 120_000)

/** Expects the right balances, and the right events of every account, whatever happened before. */
const expectAsUndisturbed = async ({ histories }: Database, ended: Ended): Promise<void> => {
  expect({ ...ended, line: lastLine(ended).replace(/.* accounts/, 'accounts') }).toMatchObject({
    code: 0,
    line: expected.line.replace(/.* accounts/, 'accounts'),
  })
  const [accepted = 0, rejected = 0, duplicates = 0] = counts(ended)
  expect(accepted + rejected + duplicates).toBe(5_000)
  expect(await histories()).toEqual(undisturbed)
}

describe('an import that is killed', () => {
  it('at several moments, and run again each time, ends with the same result', async () => {
    const database = await makeDatabase()
    const kills: Array<number> = []
    for (;;) {
      const before = await database.rows()
      // The first kill comes soon, so that it meets an import in progress on a fast machine, too.
      const enough = before + 1 + Math.floor(Math.random() * (before === 0 ? 500 : 3_000))
      const running = bank(parameters(database))
      await until(async () => running.hasEnded() || (await database.rows()) >= enough)
      running.kill('SIGKILL')
      const ended = await running.ended
      if (ended.signal !== 'SIGKILL') {
        await expectAsUndisturbed(database, ended)
        break
      }
      kills.push(await database.rows())
    }
    // The kills have met an import in progress, or nothing was tested.
    expect(kills.filter((rows) => rows > 0 && rows < 5_000).length).toBeGreaterThan(0)
  }, 240_000)

  it('tolerates that its last statements run after its death, while the next import runs', async () => {
    const database = await makeDatabase()
    const first = bank(parameters(database))
    await until(async () => first.hasEnded() || (await database.rows()) >= 500)
    const { waiting, release } = await database.block()
    await until(async () => first.hasEnded() || (await waiting()) > 0)
    first.kill('SIGKILL')
    expect((await first.ended).signal).toBe('SIGKILL')
    const orphans = await waiting()
    expect(orphans).toBeGreaterThan(0)

    const second = bank(parameters(database))
    await until(async () => second.hasEnded() || (await waiting()) > orphans)
    // The statements of the killed import and of the running one wait for the same lock, and for each other's rows.
    expect(second.hasEnded()).toBe(false)
    await release()
    await expectAsUndisturbed(database, await second.ended)
  }, 120_000)
})

describe('two imports at once', () => {
  // Both may count a row as accepted: an import that gets the row just stored by the other cannot distinguish that from
  // an answer it lost.
  it('of one file store its rows once, in order', async () => {
    const database = await makeDatabase()
    const both = await Promise.all([runBank(parameters(database)), runBank(parameters(database))])
    for (const ended of both) {
      expect(ended.err).toBe('')
      await expectAsUndisturbed(database, ended)
    }
  }, 120_000)
})
