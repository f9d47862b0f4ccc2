import { describe, expect, it } from '@jest/globals'
import { classifyError } from '../src/internal/client/classifyError.ts'

const classify = (error: object) => classifyError(Object.assign(new Error(), error))

describe('a statement that failed', () => {
  const codes: Readonly<Record<'Lost' | 'Undone' | 'Refused', ReadonlyArray<string>>> = {
    // By Node, for sockets and names; by the client; by the server that shuts down, starts or has nothing left.
    Lost: [
      ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT'],
      ...['ERR_STREAM_DESTROYED', 'ERR_SOCKET_CLOSED', 'CONNECTION_CLOSED', 'CONNECTION_DESTROYED', 'CONNECT_TIMEOUT'],
      ...['57P01', '57P02', '57P03', '25P03', '08006', '08P01', '53300', '53100'],
    ],
    Undone: ['40001', '40P01', '55P03', '57014'],
    Refused: [
      ...['CONNECTION_ENDED', 'ERR_INVALID_ARG_TYPE', 'ERR_TLS_CERT_ALTNAME_INVALID', 'UNDEFINED_VALUE'],
      ...['28P01', '3D000', '42501', '25006', 'FL001', 'FL006', 'FL010', '23505', '22P05', ''],
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
      error: { why: 'this role lacks a privilege: see docs/postgres.md for the grants (permission denied)' },
    })
  })

  it('recognises each number that a sequence behind its rows draws again, and no other constraint', () => {
    const why = (constraint_name: string) => classify({ code: '23505', constraint_name, message: 'duplicate key' })
    for (const table of ['events', 'streams', 'handlers', 'handler_generations'])
      expect(why(`${table}_pkey`)).toMatchObject({
        _tag: 'Refused',
        error: { why: expect.stringMatching(/advance_sequences.*duplicate key/), retryable: false },
      })
    expect(why('mine_pkey')).toMatchObject({ _tag: 'Refused', error: { why: 'duplicate key' } })
  })

  it('keeps the detail for an event id that is already stored, and for no other constraint', () => {
    const duplicate = { code: '23505', constraint_name: 'events_id_key', detail: 'Key (id)=(x) already exists.' }
    expect(classify(duplicate)).toEqual({ _tag: 'DuplicateId', detail: duplicate.detail })
    expect(classify({ ...duplicate, constraint_name: 'events_pkey' })).toMatchObject({ _tag: 'Refused' })
  })
})
