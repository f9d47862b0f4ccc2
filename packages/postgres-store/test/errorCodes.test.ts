import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'

const textOf = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8')

const sql = readdirSync(new URL('../sql', import.meta.url), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.sql'))
  .map((file) => textOf(`../sql/${file}`))

const codesIn = (texts: ReadonlyArray<string>, code: RegExp): ReadonlyArray<string> =>
  [...new Set(texts.flatMap((text) => [...text.matchAll(code)].map(([, found = '']) => found)))].toSorted()

describe('error codes of the SQL', () => {
  it('are described in docs/postgres.md, except those that never leave a function', () => {
    const raised = codesIn(
      [...sql, textOf('../src/internal/migrations/migrationScript.ts')],
      /(?:errcode =|sqlstate) '(FL\d{3})'/g,
    )
    const caught = codesIn(sql, /when sqlstate '(FL\d{3})'/g)
    const described = codesIn([textOf('../../../docs/postgres.md')], /^\| (FL\d{3}) \|/gm)
    expect(caught.length).toBeGreaterThan(0)
    expect(described).toEqual(raised.filter((code) => !caught.includes(code)))
  })

  it('are all described in sql/README.md', () => {
    const raised = codesIn(
      [...sql, textOf('../src/internal/migrations/migrationScript.ts')],
      /(?:errcode =|sqlstate) '(FL\d{3})'/g,
    )
    expect(codesIn([textOf('../sql/README.md')], /^\| (FL\d{3}) \|/gm)).toEqual(raised)
  })
})
