import { EmbeddedPostgres, type RunningPostgres } from '@foldlog/postgres-embedded'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type Database, databaseAt, makeDatabase } from './Database.ts'
import { naiveImport } from './naiveImport.ts'
import {
  bank,
  type Ended,
  lastLine,
  makeDirectory,
  type Running,
  readText,
  runBank,
  sampleFile,
  until,
} from './program.ts'

// As in killedImport.slow.test.ts, with a limit, which reveals a row that is applied out of order.
const expected = naiveImport(readText(sampleFile), '0')
const parameters = (url: string) => ['import', sampleFile, '--overdraft', '0', '--database', url]

let undisturbed: Readonly<Record<string, string>> = {}
let server: RunningPostgres
const directory = makeDirectory()

/** Durable: otherwise a server that is stopped immediately forgets acknowledged commits. */
const serverIn = async (directory: string): Promise<RunningPostgres> => {
  const started = await EmbeddedPostgres.start({ directory })()
  if (E.isLeft(started)) throw new Error(started.left.message)
  return started.right
}

beforeAll(async () => {
  const database = await makeDatabase()
  expect(lastLine(await runBank(parameters(database.url)))).toBe(expected.line)
  undisturbed = await database.histories()
  server = await serverIn(directory)
}, 120_000)

afterAll(async () => {
  await server.stop()()
})

/** Waits until this many rows are stored, or the import has ended; retries while the server is down. */
const reaches = (running: Running, { rows }: Database, enough: number): Promise<void> =>
  until(async () => running.hasEnded() || (await rows().catch(() => 0)) >= enough)

const numbersIn = (line: string): ReadonlyArray<number> => (line.match(/-?\d+/g) ?? []).map(Number)

/**
 * The driver can lose a statement with a connection, and the loss is detected only after the connect timeout. An import
 * whose store was unavailable for that long ends with a message; a second import continues.
 */
const finished = async (ended: Ended, { url }: Database): Promise<Ended> =>
  ended.code === 1 && ended.err.includes('is not available') ? runBank(parameters(url)) : ended

const expectUndisturbed = async (shaken: Ended, database: Database): Promise<void> => {
  const { histories } = database
  const ended = await finished(shaken, database)
  expect(ended).toMatchObject({ code: 0, err: '' })
  const [accepted = 0, rejected = 0, duplicates = 0, ...rest] = numbersIn(lastLine(ended))
  const [mostAccepted = 0, mostRejected = 0, none, ...expectedRest] = numbersIn(expected.line)
  // A row whose answer was lost is a duplicate when the store has resent it: which attempt was first is unknown.
  expect([accepted + rejected + duplicates, none, rest]).toEqual([mostAccepted + mostRejected, 0, expectedRest])
  expect(accepted <= mostAccepted && rejected <= mostRejected).toBe(true)
  expect(await histories()).toEqual(undisturbed)
}

describe('an import continues, and stores the same as an undisturbed one', () => {
  it('when its backends are terminated again and again', async () => {
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

  it('when the server is stopped immediately and started again', async () => {
    const database = await makeDatabase(server.url)
    const running = bank(parameters(database.url))
    await reaches(running, database, 1_000)
    expect(running.hasEnded()).toBe(false)
    expect(await server.restart('immediate')()).toMatchObject({ _tag: 'Right' })
    await expectUndisturbed(await running.ended, database)
  }, 240_000)
})

describe('an import stops', () => {
  it('when the server stays down; run again, it stores the same as an undisturbed one', async () => {
    const database = await makeDatabase(server.url)
    const running = bank(parameters(database.url))
    await reaches(running, database, 1_000)
    expect(running.hasEnded()).toBe(false)
    await server.stop()()
    expect(await running.ended).toMatchObject({
      code: 1,
      out: expect.not.stringContaining('accepted='),
      err: expect.stringMatching(
        /^line \d+ could not be stored: the store is not available: .*\n[\d,]+ rows were handled/,
      ),
    })

    server = await serverIn(directory)
    const back = databaseAt(database.url.replace(/:\d+\//, `:${server.port}/`))
    const before = await back.rows()
    expect(before).toBeLessThan(5_000)
    const again = await runBank(parameters(back.url))
    expect(again).toMatchObject({ code: 0, err: '' })
    expect(lastLine(again)).toContain(`duplicates=${before} `)
    expect(await back.histories()).toEqual(undisturbed)
  }, 240_000)
})
