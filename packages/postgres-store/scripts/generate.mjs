// Embeds the SQL files into a TypeScript module, so that the package needs no file access at run time, neither as ESM
// nor as CommonJS. It rejects files that break a rule of sql/README.md. Usage: generate.mjs [SQL_DIRECTORY TARGET]
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const home = fileURLToPath(new URL('..', import.meta.url))
const [directory = join(home, 'sql'), target = join(home, 'src/internal/schema/sqlFiles.generated.ts')] =
  process.argv.slice(2)
const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'))

const read = (path) => {
  const text = readFileSync(join(directory, path), 'utf8')
  const delimiter = /\$(?:sql|migration)\$/.exec(text)
  if (delimiter !== null) refuse(path, `contains ${delimiter[0]}, which ends the text that holds it`)
  return text
}

const refuse = (path, why) => {
  throw new Error(`sql/${path}: ${why}`)
}

const sqlFilesIn = (folder) =>
  readdirSync(join(directory, folder))
    .filter((name) => name.endsWith('.sql'))
    .sort()
    .map((name) => `${folder}/${name}`)

/**
 * Settings of a session that change the meaning of a function's text, or its result. A function that depends on one of
 * them sets it in its head.
 */
const dependencies = {
  standard_conforming_strings: /'[^']*\\[^']*'/,
  array_nulls: /'\{[^']*\bnull\b[^']*\}'|\barray_in\(/i,
  datestyle: /\bto_char\(|\bto_date\(|::(date|timestamp)\b/,
  timezone: /\bcurrent_date\b|\blocaltime(stamp)?\b/,
  extra_float_digits: /::(float8|float4|real|double)\b/,
}

const withoutComments = (text) => text.replace(/--[^\n]*/g, '')

const readMigration = (path) => {
  const [, number, name] = /\/(\d{4})_(\w+)\.sql$/.exec(path) ?? []
  if (number === undefined) refuse(path, 'is not named NNNN_name.sql')
  const text = read(path)
  if (/\bcreate\s+(or\s+replace\s+)?(function|procedure|trigger)\b/i.test(withoutComments(text)))
    refuse(path, 'makes a function or a trigger, which belongs into a file of functions/')
  return { number: Number(number), name, text }
}

const readFunction = (path) => {
  const name = /\/(\w+)\.sql$/.exec(path)?.[1] ?? refuse(path, 'is not named FUNCTION.sql')
  const text = read(path)
  const code = withoutComments(text)
  const made = [...code.matchAll(/\bcreate or replace function foldlog\.(\w+)\(/g)].map(([, found]) => found)
  if (made.length !== 1) refuse(path, 'does not have one "create or replace function foldlog.NAME("')
  if (made[0] !== name) refuse(path, `makes the function ${made[0]}`)
  if (/\bcreate function\b|\balter function\b|\bcreate trigger\b/i.test(code))
    refuse(path, 'cannot be applied again: it has "create function", "alter function" or "create trigger"')
  const [, callers, written] =
    /\n(?:-- Called by: ([a-z, ]+)\.\n)?revoke execute on function foldlog\.(\w+\([^;]*\)) from public;\n$/.exec(
      text,
    ) ?? refuse(path, `does not end with "revoke execute on function foldlog.${name}(TYPES) from public;"`)
  const signature = written.replaceAll(/(?<=\()\s+|\s+(?=\))/g, '').replaceAll(/\s+/g, ' ')
  if (!signature.startsWith(`${name}(`)) refuse(path, `takes the privilege of ${signature} away`)
  const roles = callers?.split(', ') ?? []
  const unknown = roles.find((role) => !['writer', 'reader', 'owner'].includes(role))
  if (unknown !== undefined) refuse(path, `is called by ${unknown}, which is none of writer, reader and owner`)
  const head = code.slice(0, code.indexOf('$body$'))
  const definer = /\bsecurity definer\b/.test(head)
  if (definer && !head.includes('security definer set search_path = pg_catalog, pg_temp'))
    refuse(path, 'is "security definer" without "set search_path = pg_catalog, pg_temp"')
  // A role with `plpgsql.extra_errors = all` cannot create a function with such a variable.
  const declared = /\bdeclare\b(.*?)\bbegin\b/s.exec(code)?.[1] ?? ''
  if (/(^|;)\s*found\b/.test(declared)) refuse(path, 'declares a variable "found", which plpgsql has already')
  const pinned = Object.entries(dependencies).find(
    ([setting, use]) => use.test(code) && !head.includes(`set ${setting}`),
  )
  if (pinned !== undefined) refuse(path, `depends on ${pinned[0]} of the session, which it does not set`)
  const clients = roles.filter((role) => role !== 'owner')
  if (definer !== clients.length > 0)
    refuse(path, definer ? 'is "security definer" and names no callers' : 'has callers and is not "security definer"')
  return { path, name, text, signature, callers: clients, code }
}

/**
 * The order in which the functions can be made. Postgres looks at the body of a `language sql` function when it is
 * made, so what such a body calls comes before it.
 */
const inOrder = (functions) => {
  const byName = new Map(functions.map((one) => [one.name, one]))
  const ordered = []
  const visit = (one, callers) => {
    if (ordered.includes(one)) return
    if (callers.includes(one)) refuse(one.path, `calls itself by way of ${callers.map(({ name }) => name).join(', ')}`)
    const body = one.code.slice(one.code.indexOf('$body$'))
    if (/\blanguage sql\b/.test(one.code))
      for (const [, name] of body.matchAll(/\bfoldlog\.(\w+)\(/g)) {
        const called = byName.get(name)
        if (called !== undefined && called !== one) visit(called, [...callers, one])
      }
    ordered.push(one)
  }
  for (const one of functions) visit(one, [])
  return ordered
}

const unique = (files, key) => {
  const seen = new Map()
  for (const file of files) {
    if (seen.has(file[key])) refuse(file.path, `has the ${key} of sql/${seen.get(file[key])}`)
    seen.set(file[key], file.path)
  }
}

const migrations = sqlFilesIn('migrations').map((path) => ({ path, ...readMigration(path) }))
unique(migrations, 'number')
const folders = readdirSync(join(directory, 'functions')).sort()
const functions = folders.flatMap((folder) => sqlFilesIn(`functions/${folder}`)).map(readFunction)
unique(functions, 'name')

const lines = (rows) => rows.map((row) => `  ${JSON.stringify(row)},\n`).join('')
const source = `// Made by scripts/generate.mjs from the files in sql/.
export const migrationFiles: ReadonlyArray<{ readonly number: number; readonly name: string; readonly text: string }> = [
${lines(migrations.map(({ number, name, text }) => ({ number, name, text })))}]

/** In the order in which they can be made. */
export const functionFiles: ReadonlyArray<{
  readonly name: string
  readonly text: string
  readonly signature: string
  readonly callers: ReadonlyArray<'writer' | 'reader'>
}> = [
${lines(inOrder(functions).map(({ name, text, signature, callers }) => ({ name, text, signature, callers })))}]

export const unreleasedText = ${JSON.stringify(read('unreleased.sql'))}

export const sqlVersion = ${JSON.stringify(version)}
`
mkdirSync(dirname(target), { recursive: true })
const current = (() => {
  try {
    return readFileSync(target, 'utf8')
  } catch {
    return undefined
  }
})()
// An unchanged file is not written, so that incremental builds see no change.
if (current !== source) writeFileSync(target, source)
