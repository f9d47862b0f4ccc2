import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sqlFunctions } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { runNode } from '../../../scripts/test/processes.ts'
import { root } from '../../../scripts/test/root.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'foldlog-sql-'))
  cpSync(fileURLToPath(new URL('../sql', import.meta.url)), join(directory, 'sql'), { recursive: true })
})
afterEach(() => rmSync(directory, { recursive: true }))

const target = () => join(directory, 'generated.ts')

const generate = () => runNode(root, ['packages/postgres-store/scripts/generate.mjs', join(directory, 'sql'), target()])

const edit = (path: string, change: (text: string) => string): void => {
  const file = join(directory, 'sql', path)
  const text = readFileSync(file, 'utf8')
  const changed = change(text)
  if (changed === text) throw new Error(`sql/${path} is as it was`)
  writeFileSync(file, changed)
}

const add = (path: string, text: string): void => writeFileSync(join(directory, 'sql', path), text)

const info = 'functions/reads/stream_info.sql'
const revoke = 'revoke execute on function foldlog.stream_info(text) from public;\n'
const simple = (
  name: string,
  body: string,
) => `create or replace function foldlog.${name}() returns int language sql stable as $body$
  ${body}
$body$;

revoke execute on function foldlog.${name}() from public;
`

/** The settings that a text of SQL sets, but for the search path and the timeouts of locks, in one order. */
const plannerSettings = (text: string): string =>
  [...text.replaceAll(/--[^\n]*/g, '').matchAll(/\bset (\w+ = \S+)/g)]
    .flatMap(([, setting = '']) => (/^(search_path|lock_timeout) /.test(setting) ? [] : [setting]))
    .sort()
    .join(' ')

describe('the SQL files', () => {
  it('are embedded unchanged', async () => {
    expect(await generate()).toMatchObject({ code: 0, err: '' })
    const made = readFileSync(target(), 'utf8')
    expect(made).toBe(readFileSync(new URL('../src/internal/schema/sqlFiles.generated.ts', import.meta.url), 'utf8'))
  })

  it('have each function after those that Postgres looks for when it makes it', () => {
    const names = sqlFunctions.map(({ name }) => name)
    for (const [i, { name, text }] of sqlFunctions.entries()) {
      if (!text.includes('language sql')) continue
      const body = text.slice(text.indexOf('$body$')).replaceAll(/--[^\n]*/g, '')
      for (const [, called = ''] of body.matchAll(/\bfoldlog\.(\w+)\(/g))
        if (names.includes(called) && called !== name) expect(names.slice(0, i)).toContain(called)
    }
  })

  it('give each function that has planner settings one of the sets that sql/README.md gives reasons for', () => {
    const page = readFileSync(new URL('../sql/README.md', import.meta.url), 'utf8')
    const section = page.slice(page.indexOf('## The settings of the planner'), page.indexOf('## Error codes'))
    const sets = [...section.matchAll(/^```sql\n(.*?)```$/gms)].map(([, block = '']) => plannerSettings(block))
    expect(sets).toHaveLength(5)
    const used = sqlFunctions
      .map(({ name, text }) => ({ name, settings: plannerSettings(text.slice(0, text.indexOf('$body$'))) }))
      .filter(({ settings }) => settings !== '')
    expect(used.filter(({ settings }) => !sets.includes(settings))).toEqual([])
    // A set that no function has is none to choose from.
    expect(new Set(used.map(({ settings }) => settings))).toEqual(new Set(sets))
  })

  const violations: ReadonlyArray<readonly [string, () => void, string]> = [
    [
      'a migration without a number',
      () => add('migrations/more.sql', 'select 1;\n'),
      'sql/migrations/more.sql: is not named',
    ],
    ['two migrations of one number', () => add('migrations/0001_more.sql', 'select 1;\n'), 'has the number of'],
    [
      'a function in a migration',
      () => add('migrations/0004_more.sql', simple('more', 'select 1')),
      'sql/migrations/0004_more.sql: makes a function or a trigger',
    ],
    [
      'a trigger in a migration',
      () => edit('migrations/0001_log.sql', (text) => `${text}create trigger more before delete on foldlog.events;\n`),
      'makes a function or a trigger',
    ],
    [
      'a file of another name',
      () => add('functions/reads/more.sql', simple('other', 'select 1')),
      'makes the function other',
    ],
    [
      'two functions in a file',
      () => edit(info, (text) => simple('more', 'select 1') + text),
      'does not have one "create or replace function',
    ],
    [
      'a function that cannot be replaced',
      () => edit(info, (text) => text.replace('create or replace function', 'create function')),
      'does not have one "create or replace function',
    ],
    [
      'a function that is altered afterwards',
      () => edit(info, (text) => text.replace(revoke, `alter function foldlog.stream_info(text) stable;\n\n${revoke}`)),
      'cannot be applied again',
    ],
    [
      'a trigger that cannot be replaced',
      () =>
        edit('functions/protection/protect.sql', (text) => text.replace('create or replace trigger', 'create trigger')),
      'cannot be applied again',
    ],
    [
      'a function that every role can execute',
      () => edit(info, (text) => text.replace(revoke, '')),
      'does not end with',
    ],
    [
      'a privilege of another function',
      () => edit(info, (text) => text.replace(revoke, revoke.replace('stream_info', 'append'))),
      'takes the privilege of append(text) away',
    ],
    [
      'an unknown caller',
      () => edit(info, (text) => text.replace('Called by: writer, reader.', 'Called by: writer, guest.')),
      'is called by guest',
    ],
    [
      'callers that the function does not run for as its owner',
      () => edit(info, (text) => text.replace('security definer set search_path = pg_catalog, pg_temp', '')),
      'has callers and is not "security definer"',
    ],
    [
      'a function that runs as its owner, and names no callers',
      () => edit(info, (text) => text.replace('-- Called by: writer, reader.\n', '')),
      'is "security definer" and names no callers',
    ],
    [
      'a search path of the caller',
      () => edit(info, (text) => text.replace('set search_path = pg_catalog, pg_temp', '')),
      'is "security definer" without',
    ],
    [
      'a backslash, whose meaning depends on a setting of the role',
      () => edit(info, (text) => text.replace('s.name = of_stream', "s.name ~ '\\w' and s.name = of_stream")),
      'depends on standard_conforming_strings',
    ],
    [
      'a null in the text of an array, whose meaning depends on a setting of the role',
      () => edit(info, (text) => text.replace('s.name = of_stream', "s.name <> all ('{NULL}')")),
      'depends on array_nulls',
    ],
    [
      'a variable that plpgsql has already',
      () =>
        edit('functions/reads/save_snapshot.sql', (text) =>
          text.replace('  target bigint;', '  found boolean;\n  target bigint;'),
        ),
      'declares a variable "found"',
    ],
    [
      'two functions of one name',
      () => add('functions/append/stream_info.sql', readFileSync(join(directory, 'sql', info), 'utf8')),
      'has the name of',
    ],
    ['a text that ends the script', () => edit(info, (text) => `-- $sql$\n${text}`), 'contains $sql$'],
    [
      'a text that ends the statement',
      () => edit('unreleased.sql', (text) => `-- $migration$\n${text}`),
      'contains $migration$',
    ],
    [
      'a circle of functions',
      () => {
        add('functions/reads/first.sql', simple('first', 'select foldlog.second()'))
        add('functions/reads/second.sql', simple('second', 'select foldlog.first()'))
      },
      'sql/functions/reads/first.sql: calls itself by way of first, second',
    ],
  ]
  for (const [what, plant, why] of violations)
    it(`are refused with ${what}`, async () => {
      plant()
      const { code, err } = await generate()
      expect(code).toBe(1)
      expect(err).toContain(why)
    })
})
