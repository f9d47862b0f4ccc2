import { existsSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { makeDatabase } from './Database.ts'
import { fileOf, lastLine, makeDirectory, runBank } from './program.ts'

const header = 'trans_id;account_id;date;type;operation;amount;balance;k_symbol;bank;account'
const income = (number: number) => `${number};1;930101;PRIJEM;VKLAD;1.00;1.00;;;`
const lines = (...all: ReadonlyArray<string>) => `${all.join('\n')}\n`

describe('a malformed row', () => {
  it('ends the import: the rows before it are stored, it is not, and a corrected file continues the import', async () => {
    const { url, numbers } = await makeDatabase()
    const good = [101, 102, 103].map(income)
    const bad = '104;1;930101;PRIJEM;VKLAD;lots;1.00;;;'
    const file = fileOf(lines(header, ...good, bad, income(105)))
    expect(await runBank(['import', file, '--database', url])).toMatchObject({
      code: 1,
      out: expect.not.stringContaining('accepted'),
      err: [
        `${file}:5: expected an amount above zero with two decimals, such as 700.00 as amount, found "lots"`,
        '3 rows were handled. Those that are stored are duplicates when the file is imported again.',
        '',
      ].join('\n'),
    })
    expect(await numbers()).toEqual(['101', '102', '103'])

    const mended = await runBank([
      'import',
      fileOf(lines(header, ...good, income(104), income(105))),
      '--database',
      url,
    ])
    expect({ ...mended, line: lastLine(mended) }).toMatchObject({
      code: 0,
      line: 'accepted=2 rejected=0 duplicates=3 accounts=1 total=500',
    })
  })
})

describe('a missing or malformed file', () => {
  const loop = join(makeDirectory(), 'loop.csv')
  symlinkSync(loop, loop)
  it.each([
    ['is not there', join(makeDirectory(), 'nowhere.csv'), 'ENOENT'],
    ['cannot be opened', loop, 'ELOOP'],
    ['is a directory', makeDirectory(), 'EISDIR'],
    ['is empty', fileOf(''), 'expected the header trans_id;account_id;'],
    ['is not a text', fileOf(Buffer.from([0, 1, 2, 0xff, 0xfe])), 'expected the header trans_id;account_id;'],
    ['is something else', fileOf('{ "rows": [] }\n'), ':1: expected fields quoted from end to end'],
  ])('%s', async (_, file, why) => {
    const { code, out, err } = await runBank(['import', file, '--store', 'memory'])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err.startsWith(`${file}:`)).toBe(true)
    expect(err).toContain(why)
  })

  it('is detected before a server is started for it', async () => {
    const directory = makeDirectory()
    expect(await runBank(['import', 'nowhere.csv'], { directory })).toMatchObject({
      code: 1,
      err: expect.stringContaining(join(directory, 'nowhere.csv')),
    })
    expect(existsSync(join(directory, '.foldlog'))).toBe(false)
  })
})
