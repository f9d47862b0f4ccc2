import { makePostgresStore, makePostgresStoreEither } from '@foldlog/postgres-store'
import { describe, expect, it } from '@jest/globals'
import pg from 'pg'
import postgres from 'postgres'

const url = 'postgres://localhost/none'
// Neither client connects before its first statement.
const sql = postgres(url)
const pool = new pg.Pool({ connectionString: url })

describe('A store is not made of anything but a client of postgres', () => {
  it.each<readonly [string, unknown, string]>([
    ['a URL for the options', url, 'options: must be an object, is a URL: write { sql: postgres(url) }'],
    ['the client for the options', sql, 'options: must be an object, is the client: write { sql }'],
    ['a pool of pg for the options', pool, 'sql: must be a client of the package postgres, is one of the package pg'],
    ['nothing', undefined, 'options: must be an object, is undefined'],
    ['a URL', { sql: url }, 'sql: must be a client of the package postgres, is a URL: write { sql: postgres(url) }'],
    ['a URL object', { sql: new URL(url) }, 'sql: must be a client of the package postgres, is a URL'],
    ['a pool of pg', { sql: pool }, 'sql: must be a client of the package postgres, is one of the package pg'],
    ['no client', {}, 'sql: must be a client of the package postgres, is undefined'],
    ['a promise', { sql: Promise.resolve(sql) }, 'sql: must be a client of the package postgres, is another object'],
    ['the package', { sql: postgres }, 'sql: must be a client of the package postgres, is a function'],
  ])('refuses %s in a sentence with the remedy', (_, options, sentence) => {
    expect(() => makePostgresStore(options as never)).toThrow(sentence)
    expect(makePostgresStoreEither(options as never)).toMatchObject({ left: { _tag: 'InvalidInput' } })
  })

  it('accepts a client', () => {
    expect(makePostgresStoreEither({ sql })).toMatchObject({ _tag: 'Right' })
  })
})
