import { expect, it } from '@jest/globals'
import { makeDatabase } from './Database.ts'
import { bank, runBank, until } from './program.ts'

it('`http` serves the bank on loopback, beside the other commands, until it is stopped', async () => {
  const { url: database } = await makeDatabase()
  const serving = bank(['http', '--database', database])
  const address = () => /served at (http:\/\/127\.0\.0\.1:\d+),/.exec(serving.out())?.[1]
  await until(() => serving.hasEnded() || address() !== undefined)
  const url = address() ?? ''
  const headers = { 'Content-Type': 'application/json' }
  const opened = await fetch(`${url}/accounts`, { method: 'POST', headers, body: '{"account_id":"1","name":"Ada"}' })
  expect(opened.status).toBe(201)
  expect(await runBank(['deposit', '1', '12.50', '--database', database])).toMatchObject({ code: 0 })
  expect(await (await fetch(`${url}/accounts/1`)).json()).toMatchObject({ name: 'Ada', balance: 1250 })
  const taken = await runBank(['http', '--port', new URL(url).port, '--database', database])
  expect(taken).toMatchObject({ code: 1, err: expect.stringMatching(/^port \d+ is not available: /) })
  serving.kill('SIGTERM')
  expect(await serving.ended).toMatchObject({ code: 143, out: expect.stringContaining('no longer served') })
}, 120_000)
