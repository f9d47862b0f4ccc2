import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import type { Row } from '../../src/import/Row.ts'
import { describeRowError } from '../../src/import/RowError.ts'
import { rows } from '../../src/import/rows.ts'

const directory = mkdtempSync(join(tmpdir(), 'bank-rows-'))
afterAll(() => rmSync(directory, { recursive: true }))

let files = 0
const written = (text: string | Uint8Array): string => {
  const file = join(directory, `${files++}.csv`)
  writeFileSync(file, text)
  return file
}

const header = '"trans_id";"account_id";"date";"type";"operation";"amount";"balance";"k_symbol";"bank";"account"'
const good = '695247;2378;930101;"PRIJEM";"VKLAD";700.00;700.00;"";;'

interface Reading {
  readonly rows: ReadonlyArray<Row>
  readonly lines: ReadonlyArray<number>
  readonly problem: string | undefined
}

const read = async (text: string | Uint8Array): Promise<Reading> => {
  const file = written(text)
  const all: Array<Row> = []
  const lines: Array<number> = []
  let problem: string | undefined
  for await (const one of rows(file)) {
    if (E.isLeft(one)) problem = describeRowError(one.left).replace(file, 'FILE')
    else {
      all.push(one.right.row)
      lines.push(one.right.line)
    }
  }
  return { rows: all, lines, problem }
}

const entryOf = async (line: string) => (await read(`${header}\n${line}\n`)).rows[0]?.entry

describe('a valid row', () => {
  it('is a cash deposit', async () => {
    expect(await read(`${header}\n${good}\n`)).toEqual({
      rows: [
        {
          transaction: '695247',
          account: '2378',
          name: 'Account 2378',
          entry: {
            heading: 'income',
            reference: '695247',
            date: '1993-01-01',
            amount: 70000,
            channel: 'cash',
            purpose: 'unstated',
            partner: null,
          },
        },
      ],
      lines: [2],
      problem: undefined,
    })
  })

  it.each([
    ['"PRIJEM";"";18.90;1.00;"UROK";;', { heading: 'income', amount: 1890, channel: 'internal', purpose: 'interest' }],
    ['"PRIJEM";"PREVOD Z UCTU";0.10;1.00;"DUCHOD";"YZ";"062"', { channel: 'transfer', purpose: 'pension', amount: 10 }],
    ['"PRIJEM";"PREVOD Z UCTU";0.10;1.00;"";"YZ";"062"', { partner: { bank: 'YZ', account: '062' } }],
    ['"VYDAJ";"VYBER";14.60;-1.00;"SLUZBY";;', { heading: 'expense', channel: 'cash', purpose: 'fee' }],
    [
      '"VYDAJ";"VYBER";14.60;1.00;"SANKC. UROK";"";"0"',
      { purpose: 'penalty interest', partner: { bank: '', account: '0' } },
    ],
    ['"VYDAJ";"VYBER KARTOU";14.60;1.00;"";;', { channel: 'card' }],
    ['"VYBER";"VYBER";14.60;1.00;"";;', { heading: 'withdrawal', channel: 'cash' }],
    ['"VYDAJ";"PREVOD NA UCET";1.00;1.00;"SIPO";"QR";"1"', { channel: 'transfer', purpose: 'household' }],
    ['"VYDAJ";"PREVOD NA UCET";1.00;1.00;"POJISTNE";"QR";"1"', { purpose: 'insurance' }],
    ['"VYDAJ";"PREVOD NA UCET";1.00;1.00;"UVER";"QR";"1"', { purpose: 'loan' }],
    ['"VYDAJ";"PREVOD NA UCET";1.00;1.00;" ";"QR";"1"', { purpose: { other: ' ' } }],
    ['"VYDAJ";"VYBER";9999999999999.99;1.00;"";;', { amount: 999_999_999_999_999 }],
  ])('is decoded into its meaning: %s', async (rest, expected) => {
    expect(await entryOf(`1;2;931231;${rest}`)).toMatchObject(expected)
  })

  it('has its amount to the cent, without errors of floating point', async () => {
    for (const [text, cents] of [
      ['0.29', 29],
      ['1.15', 115],
      ['4.35', 435],
      ['70368744177.69', 7_036_874_417_769],
    ] as const) {
      expect((await entryOf(good.replace('700.00', text)))?.amount).toBe(cents)
    }
  })
})

describe('a valid file', () => {
  it('may have a byte order mark, CRLF, blank lines and no final newline', async () => {
    const { lines, problem } = await read(`\uFEFF${header}\r\n\r\n${good}\r\n\r\n\r\n${good}`)
    expect({ lines, problem }).toEqual({ lines: [3, 6], problem: undefined })
  })
  it('may have its columns in another order', async () => {
    const { rows } = await read(
      'account_id;trans_id;date;type;operation;amount;balance;k_symbol;bank;account\n7;8;930101;PRIJEM;VKLAD;1.00;1.00;;;\n',
    )
    expect(rows).toMatchObject([{ account: '7', transaction: '8' }])
  })
  it('may have no rows', async () => {
    expect(await read(`${header}\n`)).toEqual({ rows: [], lines: [], problem: undefined })
  })
  it('counts the lines within quotes', async () => {
    const broken = '1;2;930101;"PRIJEM";"VKLAD";1.00;1.00;"a\r\nb\n""c""";;'
    const { rows, lines, problem } = await read(`${header}\n${broken}\n${good}\n\n${broken}\n${good}\nx\n`)
    expect(rows[0]?.entry.purpose).toEqual({ other: 'a\r\nb\n"c"' })
    expect({ lines, problem }).toEqual({
      lines: [2, 5, 7, 10],
      problem: 'FILE:11: expected 10 fields between semicolons, found 1',
    })
  })
})

describe('an invalid line', () => {
  const fields = good.split(';')
  const withField = (i: number, text: string) => fields.map((field, j) => (i === j ? text : field)).join(';')
  const amounts = 'an amount above zero with two decimals, such as 700.00 as amount'
  it.each([
    [withField(0, 'x'), 'an integer of at least 0 as trans_id, found "x"'],
    [withField(0, ''), 'an integer of at least 0 as trans_id, found ""'],
    [withField(0, '12345678901234567'), 'an integer of at least 0 as trans_id, found "12345678901234567"'],
    [withField(1, '-1'), 'an integer of at least 0 as account_id, found "-1"'],
    [withField(1, '007'), 'an integer of at least 0 as account_id, found "007"'],
    [withField(2, '93-1-1'), 'a day as YYMMDD as date, found "93-1-1"'],
    [withField(2, '930230'), 'a day of the calendar, as YYMMDD as date, found "930230"'],
    [withField(3, '"DEBIT"'), 'one of "PRIJEM", "VYDAJ", "VYBER" as type, found "DEBIT"'],
    [withField(4, '"VYBER"'), 'one of "VKLAD", "PREVOD Z UCTU", "" as operation, found "VYBER"'],
    [withField(5, '700'), `${amounts}, found "700"`],
    [withField(5, '700.5'), `${amounts}, found "700.5"`],
    [withField(5, '7e2'), `${amounts}, found "7e2"`],
    [withField(5, '0.00'), `${amounts}, found "0.00"`],
    [withField(5, '-1.00'), `${amounts}, found "-1.00"`],
    [withField(5, '700,00'), `${amounts}, found "700,00"`],
    [withField(6, 'much'), 'a sum with two decimals, such as -12.50 as balance, found "much"'],
    [withField(7, '"\0"'), 'a text in UTF-8 without NUL as k_symbol, found "\\u0000"'],
    ['1;2;3', '10 fields between semicolons, found 3'],
    [`${good};`, '10 fields between semicolons, found 11'],
    ['garbage', '10 fields between semicolons, found 1'],
  ])('is named, with what was expected: %j', async (line, expected) => {
    const { lines, problem } = await read(`${header}\n${good}\n${line}\n${good}\n`)
    expect({ lines, problem }).toEqual({ lines: [2], problem: `FILE:3: expected ${expected}` })
  })

  it.each([
    ['a quote within a field', withField(3, 'PRI"JEM')],
    ['text behind a quote', withField(3, '"PRI"JEM')],
    ['a quote that is closed lines later', withField(3, '"PRIJEM')],
  ])('may have %s', async (_, line) => {
    const { lines, problem } = await read(`${header}\n${good}\n\n${line}\n${good}\n`)
    expect(lines).toEqual([2])
    expect(problem).toMatch(/^FILE:4: expected fields quoted from end to end/)
  })

  it('may have a quote that is never closed', async () => {
    const { lines, problem } = await read(`${header}\n${good}\n${good}"\n${'x\n'.repeat(10)}`)
    expect(lines).toEqual([2])
    expect(problem).toMatch(/^FILE:3: expected fields quoted/)
    const endless = await read(`${header}\n${good}\n${good}"\n${'x\n'.repeat(100_000)}`)
    expect(endless.lines).toEqual([2])
    expect(endless.problem).toMatch(/^FILE:3: expected .*at most 65536 characters/)
  })

  it('may not be valid UTF-8', async () => {
    const line = Buffer.from(withField(8, '"?"'))
    line[line.indexOf('?')] = 0xff
    const { problem } = await read(Buffer.concat([Buffer.from(`${header}\n`), line]))
    expect(problem).toMatch(/^FILE:2: expected a text in UTF-8 without NUL as bank/)
  })

  it('never discards valid rows before it, however far the parser was ahead', async () => {
    const { rows, problem } = await read(`${header}\n${`${good}\n`.repeat(5_000)}${withField(3, 'PRI"JEM')}\n`)
    expect(rows).toHaveLength(5_000)
    expect(problem).toMatch(/^FILE:5002: /)
  })
})

describe('an invalid file', () => {
  const expected =
    'expected the header trans_id;account_id;date;type;operation;amount;balance;k_symbol;bank;account, found'
  it.each([
    ['is empty', '', `FILE:1: ${expected} an empty file`],
    ['has no header', `${good}\n`, `FILE:1: ${expected} 695247;2378;930101;PRIJEM;VKLAD;700.00;700.00;;;`],
    ['lacks a column', 'trans_id;account_id\n1;2\n', `FILE:1: ${expected} trans_id;account_id`],
  ])('%s', async (_, text, problem) => {
    expect(await read(text)).toEqual({ rows: [], lines: [], problem })
  })
  it('has a column twice, or an unknown one', async () => {
    const twice = header.replace('"bank"', '"account"')
    expect((await read(`${twice}\n${good}\n`)).problem).toMatch(/^FILE:1: expected the header/)
    expect((await read(`${header};"more"\n${good};1\n`)).problem).toMatch(/^FILE:1: expected the header/)
  })
  it('is missing, or is a directory', async () => {
    for (const file of [join(directory, 'nowhere.csv'), directory]) {
      const all: Array<unknown> = []
      for await (const one of rows(file)) all.push(one)
      expect(all).toEqual([E.left({ _tag: 'UnreadableFile', file, why: expect.any(String) })])
    }
  })
})
