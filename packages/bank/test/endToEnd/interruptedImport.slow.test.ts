import { describe, expect, it } from '@jest/globals'
import { makeDatabase } from './Database.ts'
import { naiveImport } from './naiveImport.ts'
import { bank, fileOf, lastLine, readText, runBank, sampleFile, until } from './program.ts'

/**
 * More rows than can be in progress at once, however slow the machine: the sample four times over, each time with
 * numbers of its own.
 */
const manyRows = (): string => {
  const [header = '', ...rows] = readText(sampleFile).trimEnd().split('\n')
  const numbered = (time: number) =>
    rows.map((row) => row.replace(/^\d+/, (number) => `${Number(number) + time * 1_000_000}`))
  return [header, ...[0, 1, 2, 3].flatMap(numbered)].join('\n')
}

const file = fileOf(manyRows())
const total = 20_000
const expected = naiveImport(readText(file), '0')
const parameters = (url: string) => ['import', file, '--overdraft', '0', '--database', url]

/** An import in progress that is blocked until it is released. */
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
    'by %s finishes the rows in progress, and reports it',
    async (signal, code) => {
      const { database, running, release } = await halted()
      running.kill(signal)
      await release()
      const ended = await running.ended
      const rows = await database.rows()
      expect(rows).toBeLessThan(total)
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

  it('twice stops at once', async () => {
    const { running, release } = await halted()
    // Signals within the first half second count as one.
    await until(() => {
      running.kill('SIGINT')
      return running.hasEnded()
    }, 50)
    expect((await running.ended).code).toBe(130)
    await release()
  }, 120_000)
})
