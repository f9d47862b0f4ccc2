import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { makeDatabase } from './Database.ts'
import { naiveImport } from './naiveImport.ts'
import { bank, makeDirectory, readText, runBank, sampleFile, spawned } from './program.ts'

const balances = naiveImport(readText(sampleFile), 'none').balances.trimEnd().split('\n')

/** The rows of the table of accounts, as `account;balance` in 1/100. */
const tableIn = (out: string): ReadonlyArray<string> =>
  [...out.matchAll(/^ +(\d+) {2}Account \1 .* ([\d,.-]+)$/gm)].map(
    ([, id, balance]) => `${id};${balance?.replaceAll(/[.,]/g, '')}`,
  )

const total = '60 accounts with 5,000 entries and 0 declined: 2,287,300.56 CZK in all'

describe('start', () => {
  it('imports the sample, shows accounts, totals and next steps; when it is repeated, it reports no changes', async () => {
    const { url } = await makeDatabase()
    const first = await runBank([], { variables: { FOLDLOG_DATABASE_URL: url } })
    expect(first).toMatchObject({ code: 0, err: '' })
    expect(first.out).toMatch(/^A bank on your Postgres/)
    expect(first.out).toMatch(/^ 10% {2}[\d,]+ rows\n(?: [2-9]0% {2}[\d,]+ rows\n){8}100% {2}5,000 rows$/m)
    expect(tableIn(first.out)).toEqual(balances)
    expect(first.out).toContain(total)
    expect(first.out).toContain('5,000 rows were accepted and 0 rejected.')
    expect(first.out).toContain('Try next:\n  npm start -- account 20007\n')
    const [, ...transfer] = /npm start -- (transfer) (\d+) (\d+) (12\.50) (--sample)/.exec(first.out) ?? []

    const again = await runBank(['start', '--database', url])
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(tableIn(again.out)).toEqual(balances)
    expect(again.out).toContain('Nothing has changed: an earlier run imported all 5,000 rows')

    // Its suggestions for the next steps work, and the data of imports is still empty.
    expect(await runBank([...transfer, '--database', url])).toMatchObject({
      code: 0,
      out: expect.stringContaining('\ncompleted\n'),
    })
    const { code, out } = await runBank(['account', '20007', '--database', url])
    expect({ code, first: out.split('\n')[0] }).toEqual({
      code: 0,
      first: 'account 20007: Account 20007, open, balance -129,295.21 CZK, overdraft limit none',
    })
    expect(await runBank(['accounts', '--database', url])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Accounts of the sample\n/),
    })
  }, 240_000)

  it('runs a server of its own, which keeps the data, even when it is killed, and leaves nothing running', async () => {
    const directory = makeDirectory()
    const first = bank([], { directory })
    while (!first.hasEnded() && !first.out().includes('40%')) await new Promise((resolve) => setTimeout(resolve, 2))
    first.kill('SIGKILL')
    expect((await first.ended).signal).toBe('SIGKILL')

    const second = await runBank([], { directory })
    expect(second).toMatchObject({ code: 0, err: '' })
    expect(second.out).toContain(join(directory, '.foldlog'))
    // On a busy machine the first may have ended before it was killed.
    expect(second.out).toMatch(
      /[\d,]+ rows were accepted and 0 rejected; an earlier run handled [\d,]+ others\.|Nothing has changed/,
    )
    expect(tableIn(second.out)).toEqual(balances)
    expect(existsSync(join(directory, '.foldlog', 'postgres', 'data', 'postmaster.pid'))).toBe(false)

    const third = await runBank([], { directory })
    expect(third).toMatchObject({ code: 0, err: '' })
    expect(third.out).toContain('Nothing has changed')
  }, 240_000)
})

describe('progress', () => {
  // `script` of util-linux gives a program a terminal; others have another command line.
  const script = process.platform === 'linux' && existsSync('/usr/bin/script')
  const onLinux = script ? it : it.skip
  onLinux(`is a bar on a terminal${script ? '' : ' (skipped: needs /usr/bin/script of util-linux)'}`, async () => {
    const command = `"${process.execPath}" packages/bank/dist/esm/main.js import "${sampleFile}" --store memory`
    const { code, out } = await spawned('script', ['-qec', command, '/dev/null']).ended
    expect(code).toBe(0)
    expect(out).toContain('█')
    expect(out).toContain('5,000 rows')
    expect(out).not.toContain('\r\n 50%')
    expect(out.trimEnd().split('\r\n').at(-1)).toMatch(/^accepted=5000 rejected=0 duplicates=0 accounts=60 total=\d+$/)
  })
})
