import { describe, expect, it } from '@jest/globals'
import { makeDatabase } from './Database.ts'
import { naive } from './naive.ts'
import { bank, lastLine, readText, runBank, sampleFile, until } from './program.ts'

const expected = naive(readText(sampleFile), '0')
const parameters = (url: string) => ['import', sampleFile, '--overdraft', '0', '--database', url]

/** An import that is at work, and cannot go on until it is let. */
const halted = async () => {
  const database = await makeDatabase()
  const running = bank(parameters(database.url))
  await until(async () => running.hasEnded() || (await database.rows()) >= 100)
  const { waiting, release } = await database.block()
  await until(async () => running.hasEnded() || (await waiting()) > 0)
  return { database, running, release }
}

describe('an import that is interrupted', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'by %s finishes what is under way, and says so',
    async (signal, code) => {
      const { database, running, release } = await halted()
      running.kill(signal)
      await release()
      const ended = await running.ended
      const rows = await database.rows()
      expect(rows).toBeLessThan(5_000)
      expect(ended).toMatchObject({
        code,
        out: expect.not.stringContaining('accepted='),
        err: `interrupted\n${rows.toLocaleString('en')} rows were handled. Those that are stored are duplicates when the file is imported again.\n`,
      })
      const again = await runBank(parameters(database.url))
      expect(again.code).toBe(0)
      expect(lastLine(again)).toContain(`duplicates=${rows} `)
      expect(lastLine(again).replace(/.* accounts/, '')).toBe(expected.line.replace(/.* accounts/, ''))
    },
    120_000,
  )

  it('twice does not wait any more', async () => {
    const { running, release } = await halted()
    // Those of the first half second count as one.
    await until(() => {
      running.kill('SIGINT')
      return running.hasEnded()
    }, 50)
    expect((await running.ended).code).toBe(130)
    await release()
  }, 120_000)
})
