import { describe, expect, it } from '@jest/globals'
import postgres from 'postgres'

describe('the server of this test run', () => {
  it('is available to every suite', async () => {
    const url = process.env['FOLDLOG_TEST_DATABASE_URL'] ?? ''
    const sql = postgres(url, { max: 1, onnotice: () => {} })
    const [row] = await sql<{ answer: number }[]>`select 41 + 1 as answer`
    await sql.end()
    expect(row?.answer).toBe(42)
  })
})
