import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { makeDatabase } from './Database.ts'
import { bank, lastLine, makeDirectory, readText, runBank, until } from './program.ts'

// It is beside the repository, not in it.
const file = fileURLToPath(new URL('../../../../../shared/data/berka-trans.csv', import.meta.url))
const isThere = existsSync(file)
const whenThere = isThere ? it : it.skip
const reason = isThere ? '' : ' (skipped: ../shared/data/berka-trans.csv is not there)'

const digest = (balances: string): string => createHash('sha256').update(readText(balances)).digest('hex')
const right = 'd8f97834a45cbe37b65dbea65de77c9f813ccd80641b7cc4fb8ad11311fee45b'
const sums = 'accounts=1229 total=3924614280'

describe(`49,102 real transactions${reason}`, () => {
  whenThere(
    'are imported into memory',
    async () => {
      const balances = join(makeDirectory(), 'balances')
      const ended = await runBank(['import', file, '--overdraft', 'none', '--store', 'memory', '--balances', balances])
      expect({ ...ended, line: lastLine(ended) }).toMatchObject({
        code: 0,
        err: '',
        line: `accepted=49102 rejected=0 duplicates=0 ${sums}`,
      })
      expect(digest(balances)).toBe(right)
    },
    120_000,
  )

  whenThere(
    'are imported into Postgres, by one run, and by two of which the first is killed',
    async () => {
      const directory = makeDirectory()
      const whole = await makeDatabase()
      const common = ['import', file, '--overdraft', 'none', '--balances']
      const ended = await runBank([...common, join(directory, 'whole'), '--database', whole.url])
      expect({ ...ended, line: lastLine(ended) }).toMatchObject({
        code: 0,
        err: '',
        line: `accepted=49102 rejected=0 duplicates=0 ${sums}`,
      })
      expect(digest(join(directory, 'whole'))).toBe(right)

      const halves = await makeDatabase()
      const parameters = [...common, join(directory, 'halves'), '--database', halves.url]
      const first = bank(parameters)
      await until(async () => first.hasEnded() || (await halves.rows()) > 8_000, 20)
      first.kill('SIGKILL')
      expect((await first.ended).signal).toBe('SIGKILL')
      const before = await halves.rows()
      expect(before).toBeLessThan(49_102)
      const second = await runBank(parameters)
      expect(second).toMatchObject({ code: 0, err: '' })
      // A statement that outlived the first run counts for the run that got its answer.
      expect(lastLine(second)).toMatch(new RegExp(`^accepted=\\d+ rejected=0 duplicates=\\d+ ${sums}$`))
      expect(digest(join(directory, 'halves'))).toBe(right)
      expect(await halves.histories()).toEqual(await whole.histories())
    },
    300_000,
  )
})
