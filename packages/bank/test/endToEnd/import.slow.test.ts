import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { makeDatabase } from './Database.ts'
import { naiveImport } from './naiveImport.ts'
import { fileOf, lastLine, makeDirectory, npmStart, readText, runBank, sampleFile } from './program.ts'

const sample = readText(sampleFile)
const header = '"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"'
const income = (number: number, amount: string, account = 1, date = '930101') =>
  `${number};${account};${date};"PRIJEM";"VKLAD";${amount};0.00;"";;`
const expense = (number: number, amount: string, account = 1, date = '930102') =>
  `${number};${account};${date};"VYDAJ";"VYBER";${amount};0.00;"";;`
const csv = (...lines: ReadonlyArray<string>) => `${[header, ...lines].join('\n')}\n`

const memory = ['--store', 'memory'] as const

const limits = ['none', '0', '100000']

describe('the sample', () => {
  for (const overdraft of limits) {
    it(`has the same result as a loop over its lines, with --overdraft ${overdraft}`, async () => {
      const expected = naiveImport(sample, overdraft)
      const out = join(makeDirectory(), 'balances')
      const parameters = ['import', sampleFile, '--balances', out, '--overdraft', overdraft]
      const ended = await runBank([...parameters, ...memory])
      expect({ ...ended, line: lastLine(ended) }).toMatchObject({ code: 0, err: '', line: expected.line })
      expect(readText(out)).toBe(expected.balances)
    })
  }

  it('has limits that change the result', () => {
    const rejected = limits.map((overdraft) => naiveImport(sample, overdraft).rejected)
    expect(rejected[0]).toBe(0)
    expect(new Set(rejected).size).toBe(limits.length)
  })

  it('has the same result on Postgres, and when it is repeated, with a limit', async () => {
    const overdraft = '0'
    const { url, histories } = await makeDatabase()
    const expected = naiveImport(sample, overdraft)
    const out = join(makeDirectory(), 'balances')
    const parameters = ['import', sampleFile, '--database', url, '--overdraft', overdraft]
    const first = await runBank([...parameters, '--balances', out])
    expect({ ...first, line: lastLine(first) }).toMatchObject({ code: 0, err: '', line: expected.line })
    expect(readText(out)).toBe(expected.balances)
    const before = await histories()

    // A decision stays, whatever the limit is now.
    const again = await runBank(['import', sampleFile, '--overdraft', '5', '--balances', `${out}2`], {
      variables: { FOLDLOG_DATABASE_URL: url },
    })
    expect({ ...again, line: lastLine(again) }).toMatchObject({
      code: 0,
      err: '',
      line: expected.line.replace(/accepted=.* duplicates=0/, 'accepted=0 rejected=0 duplicates=5000'),
    })
    expect(readText(`${out}2`)).toBe(expected.balances)
    expect(await histories()).toEqual(before)
  }, 120_000)
})

describe('rows', () => {
  const importing = async (text: string, ...parameters: ReadonlyArray<string>) => {
    const ended = await runBank(['import', fileOf(text), ...memory, ...parameters])
    return { code: ended.code, line: lastLine(ended), err: ended.err }
  }

  it('may take an account down to its limit, and not a cent further', async () => {
    const text = csv(income(1, '10.00'), expense(2, '15.01'), expense(3, '15.00'), expense(4, '0.01'))
    expect(await importing(text, '--overdraft', '500')).toEqual({
      code: 0,
      line: 'accepted=2 rejected=2 duplicates=0 accounts=1 total=-500',
      err: '',
    })
  })

  it('count in the order of the file, whatever their dates', async () => {
    const text = csv(income(9, '1.00', 1, '940101'), expense(2, '2.00', 1, '930102'), income(1, '5.00', 1, '930101'))
    const { line } = await importing(text, '--overdraft', '0')
    expect(line).toBe('accepted=2 rejected=1 duplicates=0 accounts=1 total=600')
  })

  it('may open an account with a withdrawal that is rejected', async () => {
    const { line } = await importing(csv(expense(1, '2.00')), '--overdraft', '0')
    expect(line).toBe('accepted=0 rejected=1 duplicates=0 accounts=1 total=0')
  })

  it('are handled once, and another row with the same number is reported', async () => {
    const text = csv(income(1, '1.00'), income(1, '1.00'), income(2, '3.00'), income(2, '4.00'), expense(2, '3.00'))
    expect(await importing(text)).toEqual({
      code: 0,
      line: 'accepted=2 rejected=0 duplicates=3 accounts=1 total=400',
      err: '2 duplicates differ from the rows that are stored under their numbers, the first on line 5; the stored rows stay\n',
    })
  })

  it('that were rejected do not conflict with themselves', async () => {
    const text = csv(expense(1, '2.00'), expense(1, '2.00'))
    expect(await importing(text, '--overdraft', '0')).toEqual({
      code: 0,
      line: 'accepted=0 rejected=1 duplicates=1 accounts=1 total=0',
      err: '',
    })
  })

  it('of two accounts may have the same number', async () => {
    const { line } = await importing(csv(income(1, '1.00', 1), income(1, '2.00', 2)))
    expect(line).toBe('accepted=2 rejected=0 duplicates=0 accounts=2 total=300')
  })

  it('add up exactly, even beyond the range of a number', async () => {
    const rows = Array.from({ length: 20 }, (_, i) => income(i, '9999999999999.99', i))
    const { line } = await importing(csv(...rows))
    expect(line).toBe(`accepted=20 rejected=0 duplicates=0 accounts=20 total=${20n * 999_999_999_999_999n}`)
  })

  it('may be in a file with a byte order mark, CRLF, blank lines and no final newline', async () => {
    const text = `\uFEFF${csv(income(1, '1.00'), '', income(2, '2.00', 3))
      .trimEnd()
      .replaceAll('\n', '\r\n')}`
    expect(await importing(text)).toEqual({
      code: 0,
      line: 'accepted=2 rejected=0 duplicates=0 accounts=2 total=300',
      err: '',
    })
  })

  it('may be absent', async () => {
    const balances = join(makeDirectory(), 'balances')
    const { code, line } = await importing(csv(), '--balances', balances)
    expect({ code, line }).toEqual({ code: 0, line: 'accepted=0 rejected=0 duplicates=0 accounts=0 total=0' })
    expect(readText(balances)).toBe('')
  })
})

describe('balances', () => {
  it('are sorted by number, not by text', async () => {
    const file = fileOf(csv(income(1, '1.00', 10), income(2, '2.00', 9), income(3, '3.00', 100)))
    const balances = join(makeDirectory(), 'balances')
    await runBank(['import', file, ...memory, '--balances', balances])
    expect(readText(balances)).toBe('9;200\n10;100\n100;300\n')
  })

  it('that cannot be written are an error whose message reports the imported rows', async () => {
    const directory = makeDirectory()
    const ended = await runBank(['import', fileOf(csv(income(1, '1.00'))), ...memory, '--balances', directory])
    expect({ ...ended, line: lastLine(ended) }).toMatchObject({
      code: 1,
      line: 'accepted=1 rejected=0 duplicates=0 accounts=1 total=100',
      err: expect.stringContaining(directory),
    })
  })
})

describe('file names', () => {
  it('are relative to the directory where npm start was typed', async () => {
    const directory = makeDirectory()
    const file = fileOf(csv(income(1, '1.00')), 'mine.csv')
    const ended = await npmStart(
      ['import', `../${file.split('/').slice(-2).join('/')}`, ...memory, '--balances', 'b'],
      {
        directory,
      },
    )
    expect({ ...ended, line: lastLine(ended) }).toMatchObject({
      code: 0,
      line: 'accepted=1 rejected=0 duplicates=0 accounts=1 total=100',
    })
    expect(readText(join(directory, 'b'))).toBe('1;100\n')
  })
})
