import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import postgres from 'postgres'
import { until } from './fixtures.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const server = postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', { max: 1, onnotice: () => {} })
const name = `hotel_${process.pid}_${Date.now()}`
const database = new URL(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '')
database.pathname = `/${name}`

/** The output of each program that has been started. */
const programs = new Map<ChildProcess, string>()

const start = (program: string, role = '', address = database.href): ChildProcess => {
  const child = spawn(process.execPath, [program, role], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '', FOLDLOG_DATABASE_URL: address, PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  programs.set(child, '')
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding('utf8').on('data', (text) => programs.set(child, `${programs.get(child)}${text}`))
  return child
}

const ended = (child: ChildProcess): Promise<number | null> =>
  new Promise((resolve) => child.once('close', (code) => resolve(code)))

const hotel = (role: string): ChildProcess => start('packages/hotel/dist/esm/main.js', role)

beforeAll(async () => {
  const build = start('scripts/build.mjs')
  if ((await ended(build)) !== 0) throw new Error(programs.get(build))
  await server`create database ${server(name)}`
}, 300_000)

afterAll(async () => {
  for (const child of programs.keys()) child.kill('SIGKILL')
  await server`drop database if exists ${server(name)} with (force)`
  await server.end({ timeout: 1 })
})

it('does not repeat an invalid address of a database, which may have a password', async () => {
  const wrong = start('packages/hotel/dist/esm/main.js', 'web', 'postgres://user:secret@127.0.0.1:port/hotel')
  expect(await ended(wrong)).toBe(1)
  expect(programs.get(wrong)).toContain('url: must be the address of a database')
  expect(programs.get(wrong)).not.toContain('secret')
})

it('books no room twice and leaves no reservation open, with workers that are killed', async () => {
  const web = hotel('web')
  const address = () => /listening \{ url: '(\S+)' \}/.exec(programs.get(web) ?? '')?.[1]
  await until(() => {
    if (web.exitCode !== null) throw new Error(programs.get(web))
    return address() !== undefined
  })
  const request = async (method: string, path: string, body?: object) => {
    const headers = { 'Content-Type': 'application/json', Connection: 'close' }
    const response = await fetch(`${address()}${path}`, {
      method,
      headers,
      ...(body === undefined ? undefined : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }
  const workers = [hotel('worker'), hotel('worker')]
  await request('PUT', '/rooms/101', { nightly: { currency: 'EUR', minorUnits: 8_000 } })

  // Ten guests want the room for one night of the same three.
  const reservations: Array<string> = []
  for (let i = 0; i < 10; i++) {
    const guest = await request('POST', '/guests', { name: `guest ${i}`, email: `g${i}@example.com`, language: 'en' })
    const [from, to] = [`2027-05-0${1 + (i % 3)}`, `2027-05-0${2 + (i % 3)}`]
    const path = `/guests/${guest.body.guestId}/reservations`
    reservations.push((await request('POST', path, { roomId: '101', from, to })).body.reservationId)
    if (i % 4 === 1) {
      workers.shift()?.kill('SIGKILL')
      workers.push(hotel('worker'))
    }
  }
  const found = () => Promise.all(reservations.map((id) => request('GET', `/reservations/${id}`)))
  await until(async () => {
    const all = await found()
    return all.every(({ body }) => body.status === 'closed' || body.price !== undefined)
  })
  for (const { body } of await found())
    if (body.status === 'open')
      await until(async () => (await request('POST', `/reservations/${body.reservationId}/payment`)).status === 204)
  await until(async () => (await found()).every(({ body }) => body.status !== 'open'))

  const confirmed = (await found()).flatMap(({ body }) => (body.status === 'confirmed' ? [body.from] : []))
  expect(confirmed.sort()).toEqual(['2027-05-01', '2027-05-02', '2027-05-03'])
  const closed = (await found()).filter(({ body }) => body.reason === 'room taken')
  expect(closed).toHaveLength(7)

  // Each stops by itself at a signal.
  const last = workers.at(-1)
  last?.kill('SIGTERM')
  web.kill('SIGTERM')
  expect(await Promise.all([ended(web), last && ended(last)])).toEqual([0, 0])
}, 240_000)
