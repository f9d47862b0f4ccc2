import { EmbeddedPostgres, type RunningPostgres } from '@foldlog/postgres-embedded'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type Database, makeDatabase } from './Database.ts'
import { naive } from './naive.ts'
import { bank, type Ended, lastLine, type Running, readText, runBank, sampleFile, until } from './program.ts'

// As in killed.test.ts, with a limit: a row out of turn would be seen.
const expected = naive(readText(sampleFile), '0')
const parameters = (url: string) => ['import', sampleFile, '--overdraft', '0', '--database', url]

let undisturbed: Readonly<Record<string, string>> = {}
let server: RunningPostgres

beforeAll(async () => {
  const database = await makeDatabase()
  expect(lastLine(await runBank(parameters(database.url)))).toBe(expected.line)
  undisturbed = await database.histories()
  // Durable: otherwise the server forgets commits that it has answered when it is stopped at once.
  const started = await EmbeddedPostgres.temporary()()
  if (E.isLeft(started)) throw new Error(started.left.message)
  server = started.right
}, 120_000)

afterAll(async () => {
  await server.stop()()
})

/** Waits until this many rows are stored, or the import has ended; a server that is away is asked again. */
const reaches = (running: Running, { rows }: Database, enough: number): Promise<void> =>
  until(async () => running.hasEnded() || (await rows().catch(() => 0)) >= enough)

const expectUndisturbed = async (ended: Ended, { histories }: Database): Promise<void> => {
  // Rows whose answer was lost were accepted all the same: they are no duplicates.
  expect({ ...ended, line: lastLine(ended) }).toMatchObject({ code: 0, err: '', line: expected.line })
  expect(await histories()).toEqual(undisturbed)
}

describe('an import goes on, and stores what a quiet one does', () => {
  it('when its backends are ended, again and again', async () => {
    const database = await makeDatabase()
    const running = bank(parameters(database.url))
    let ended = 0
    for (let enough = 1; !running.hasEnded(); enough += 200) {
      await reaches(running, database, enough)
      const [row] = await database.sql<Array<{ ended: string }>>`
        select count(pg_terminate_backend(pid)) as ended from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and application_name <> 'watcher'`
      ended += Number(row?.ended)
    }
    await expectUndisturbed(await running.ended, database)
    expect(ended).toBeGreaterThan(5)
  }, 240_000)

  it.each(['fast', 'immediate'] as const)(
    'when the server restarts (%s)',
    async (mode) => {
      const database = await makeDatabase(server.url)
      const running = bank(parameters(database.url))
      await reaches(running, database, 1_000)
      expect(running.hasEnded()).toBe(false)
      expect(await server.restart(mode)()).toMatchObject({ _tag: 'Right' })
      await expectUndisturbed(await running.ended, database)
    },
    240_000,
  )
})

describe('an import gives up', () => {
  it('when the server does not come back; run again, it stores what a quiet one does', async () => {
    const database = await makeDatabase(server.url)
    const running = bank(parameters(database.url))
    await reaches(running, database, 1_000)
    expect(running.hasEnded()).toBe(false)
    // Nobody can connect any more, and those who have are sent away.
    const name = new URL(database.url).pathname.slice(1)
    const away = await makeDatabase(server.url)
    await away.sql`alter database ${away.sql(name)} with allow_connections false`
    await away.sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`
    expect(await running.ended).toMatchObject({
      code: 1,
      out: expect.not.stringContaining('accepted='),
      err: expect.stringMatching(
        /^line \d+ could not be stored: the store is not available: .*\n[\d,]+ rows were handled/,
      ),
    })
    await away.sql`alter database ${away.sql(name)} with allow_connections true`

    const before = await database.rows()
    expect(before).toBeLessThan(5_000)
    const again = await runBank(parameters(database.url))
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(lastLine(again)).toContain(`duplicates=${before} `)
    expect(await database.histories()).toEqual(undisturbed)
  }, 240_000)
})
