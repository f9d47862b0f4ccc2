import { describe, expect, it } from '@jest/globals'
import { type Asked, booked, makeHarness, stories } from './BankHarness.ts'
import { makeDatabase } from './Database.ts'
import { bank, type Running, runBank, until } from './program.ts'

/** FOLDLOG_TRANSFERS=10000 makes 10,000 transfers between 100 accounts; the test then takes minutes. */
const many = Number(process.env['FOLDLOG_TRANSFERS'] ?? 300)
const accounts = many >= 10_000 ? 100 : 20
const funds = 10_000
const kills = 6
const milliseconds = 120_000 + many * 60

const random = (n: number): number => Math.floor(Math.random() * n)

/** One account is closed, one was never opened, and some amounts exceed the balance: transfers end in every way. */
const asked: ReadonlyArray<Asked> = Array.from({ length: many }, (_, i) => {
  const from = random(accounts)
  const to = (from + 1 + random(accounts - 1)) % accounts
  return {
    id: `t${i}`,
    from: `${from}`,
    to: i % 20 === 0 ? 'nobody' : i % 20 === 1 ? 'closed' : `${to}`,
    amount: i % 20 === 2 ? funds * many : 1 + random(500),
  }
})

describe('transfers while workers and connections are killed', () => {
  it(
    `end once each, ${many} of them between ${accounts} accounts, and the sum of money is unchanged`,
    async () => {
      const database = await makeDatabase()
      const books = await makeHarness(database)
      for (let i = 0; i < accounts; i++) await books.open(`${i}`, funds)
      await books.open('closed', funds)
      await books.close('closed')

      const serve = (): Running => bank(['serve', '--database', database.url])
      const workers = [serve(), serve(), serve()]
      const requests = Promise.all(asked.map(books.request))

      const killed: Array<Promise<{ readonly signal: NodeJS.Signals | null }>> = []
      for (let kill = 1; kill <= kills; kill++) {
        await until(async () => (await books.ended()) >= (many * kill) / (kills + 2))
        const i = random(workers.length)
        workers[i]?.kill('SIGKILL')
        const gone = workers[i]?.ended
        if (gone !== undefined) killed.push(gone)
        workers[i] = serve()
        if (kill % 2 === 0) await books.endBackends()
      }
      await requests
      await until(async () => (await books.ended()) >= many, 20)
      for (const { signal } of await Promise.all(killed)) expect(signal).toBe('SIGKILL')

      const { total, storyOf } = booked(await books.log())
      expect(total).toBe(funds * (accounts + 1))
      const odd = asked.filter(({ id }) => !stories.has(storyOf(id)))
      expect(odd.map((one) => ({ ...one, story: storyOf(one.id) }))).toEqual([])
      // Every possible history occurred, or less was tested than intended.
      expect(new Set(asked.map(({ id }) => storyOf(id))).size).toBe(3)

      // The table of accounts agrees, whichever processes have written its parts.
      let shown = ''
      await until(async () => {
        shown = (await runBank(['accounts', '--database', database.url])).out
        return shown !== '' && !shown.includes('as of position')
      })
      expect(shown).toContain(`${((funds * (accounts + 1)) / 100).toLocaleString('en')}.00 CZK in all`)

      for (const worker of workers) worker.kill('SIGTERM')
      for (const worker of workers) expect(await worker.ended).toMatchObject({ code: 143 })
    },
    milliseconds,
  )

  it('of a command that is killed at any moment are completed by the next process', async () => {
    const database = await makeDatabase()
    const books = await makeHarness(database)
    for (const id of ['1', '2']) await books.open(id, funds)
    const transfer = ['transfer', '1', '2', '1.00', '--id', 'mine', '--database', database.url]
    // Killed after this number of its events: requested, sent, received, completed.
    const before = (await books.log()).length
    for (const enough of [1, 2, 3]) {
      const running = bank(transfer)
      await until(async () => running.hasEnded() || (await books.log()).length >= before + enough)
      running.kill('SIGKILL')
      await running.ended
    }
    expect(await runBank(transfer)).toMatchObject({ code: 0, out: expect.stringMatching(/\ncompleted\n$/) })
    expect(booked(await books.log()).storyOf('mine')).toBe('TransferSent TransferReceived TransferCompleted')
    expect([...booked(await books.log()).balances.values()]).toEqual([funds - 100, funds + 100])
  }, 120_000)
})
