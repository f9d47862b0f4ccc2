import { existsSync } from 'node:fs'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { type Database, makeDatabase } from './Database.ts'
import { bank, fileOf, lastLine, makeDirectory, runBank } from './program.ts'

const file = fileOf(`trans_id;account_id;date;type;operation;amount;balance;k_symbol;bank;account
1;7;930101;PRIJEM;VKLAD;1000.00;0.00;;;
2;8;930102;PRIJEM;PREVOD Z UCTU;20.05;0.00;DUCHOD;YZ;062
3;7;930131;VYDAJ;VYBER;14.60;0.00;SLUZBY;;
4;8;930201;VYBER;VYBER;9999.00;0.00;;;
`)

let filled: Database
let empty: Database

beforeAll(async () => {
  ;[filled, empty] = await Promise.all([makeDatabase(), makeDatabase()])
  const parameters = ['import', file, '--overdraft', '0', '--database', filled.url]
  expect(lastLine(await runBank(parameters))).toBe('accepted=3 rejected=1 duplicates=0 accounts=2 total=100545')
}, 120_000)

const squeezed = (text: string): string => text.replaceAll(/ {2,}/g, '  ').replaceAll(/─+/g, '─')

describe('account ID', () => {
  it('shows the state of an account and its history', async () => {
    const { code, out, err } = await runBank(['account', '8', '--database', filled.url])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(squeezed(out).split('\n')).toEqual([
      'account 8: Account 8, open, balance 20.05 CZK, overdraft limit 0.00',
      '',
      'version  day  event  amount  balance  about',
      '─  ─  ─  ─  ─  ─',
      '  1  opened  0.00  as Account 8, overdraft limit 0.00',
      '  2  1993-01-02  deposited  20.05  20.05  transfer, pension, partner YZ/062, no. 2',
      '  3  1993-02-01  declined: overdrawn  -9,999.00  20.05  cash, booked as withdrawal, no. 4',
      '',
    ])
  })

  it.each(['9', '', ' 8', '$all'])('shows nothing for %j', async (id) => {
    const { code, out, err } = await runBank(['account', id, '--database', filled.url])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toMatch(/^(there is no account|id:|stream).*\n$/)
  })
})

describe('accounts', () => {
  it('shows all accounts and their sums', async () => {
    const { code, out, err } = await runBank(['accounts'], { variables: { FOLDLOG_DATABASE_URL: filled.url } })
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(squeezed(out).split('\n')).toEqual([
      'Imported accounts (those of the sample: npm start -- accounts --sample)',
      '',
      'account  name  status  limit  entries  declined  balance CZK',
      '─  ─  ─  ─  ─  ─  ─',
      '  7  Account 7  open  0.00  2  0  985.40',
      '  8  Account 8  open  0.00  1  1  20.05',
      '',
      '2 accounts with 3 entries and 1 declined: 1,005.45 CZK in all',
      '',
    ])
  })

  it('gives advice when there are no accounts', async () => {
    expect(await runBank(['accounts', '--database', empty.url])).toMatchObject({
      code: 0,
      out: 'There are no accounts yet. `npm start` imports a sample, `npm start -- import FILE` a file.\n',
      err: '',
    })
  })

  it('succeeds when its reader closes the pipe early', async () => {
    const running = bank(['accounts', '--database', filled.url])
    running.closeOutput()
    expect(await running.ended).toMatchObject({ code: 0, err: '' })
  })
})

describe('an import without a reader of its output', () => {
  it('continues', async () => {
    const { url, numbers } = await makeDatabase()
    const running = bank(['import', file, '--database', url])
    running.closeOutput()
    expect(await running.ended).toMatchObject({ code: 0, err: '' })
    expect(await numbers()).toEqual(['1', '2', '3', '4'])
  })
})

describe('the command line', () => {
  it('explains itself', async () => {
    const [all, one] = await Promise.all([runBank(['--help']), runBank(['import', '--help'])])
    expect(all).toMatchObject({ code: 0, err: '' })
    for (const word of ['start', 'import', 'account ', 'accounts']) expect(all.out).toContain(word)
    expect(one).toMatchObject({ code: 0, err: '' })
    for (const option of ['--overdraft', '--balances', '--database', '--store']) expect(one.out).toContain(option)
  })

  it.each([
    [['nonsense'], "error: unknown command 'nonsense'"],
    [['start', '--nonsense'], "error: unknown option '--nonsense'"],
    [['import'], "error: missing required argument 'file'"],
    [['import', file, file], 'error: too many arguments'],
    [['import', file, '--store', 'paper'], 'Allowed choices are postgres, memory'],
    [['import', file, '--overdraft', '-5'], 'Expected an integer of at least 0, in 1/100 CZK, or none.'],
    [['import', file, '--overdraft', '1.5'], 'Expected an integer of at least 0, in 1/100 CZK, or none.'],
    [['import', file, '--overdraft', '9007199254740992'], 'Expected an integer of at least 0, in 1/100 CZK, or none.'],
    [['import', file, '--database', 'mysql://u:secret@h/d'], 'expected a database as postgres://'],
    [['accounts', '--database', 'postgres://u:secret@h:port/d'], 'expected a database as postgres://'],
  ])('refuses %j', async (parameters, why) => {
    const directory = makeDirectory()
    const { code, out, err } = await runBank(parameters, { directory })
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain(why)
    expect(err).not.toContain('secret')
    expect(existsSync(`${directory}/.foldlog`)).toBe(false)
  })

  it('reports a url where no server listens', async () => {
    // Port 1 of loopback: nothing listens there without being root.
    const { code, out, err } = await runBank(['accounts', '--database', 'postgres://u:secret@127.0.0.1:1/d'])
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toContain('ECONNREFUSED')
    expect(err).not.toContain('secret')
  })
})
