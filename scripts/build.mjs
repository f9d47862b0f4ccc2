// Builds what is stale: every package as ESM, the public ones as CommonJS too. Quiet and quick when nothing is.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))

const packages = readdirSync(join(root, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(join(root, 'packages', entry.name, 'tsconfig.json')))
  .map((entry) => join(root, 'packages', entry.name))

const run = (script, ...parameters) => {
  const { status, error } = spawnSync(process.execPath, [join(root, script), ...parameters], {
    cwd: root,
    stdio: 'inherit',
  })
  if (error !== undefined) console.error(`${script}: ${error.message}`)
  if (status !== 0) process.exit(status ?? 1)
}

/** Untouched when nothing changed: `tsc` takes a newer package.json for a change of every file below it. */
const writeIfChanged = (file, text) => {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** `tsc` never removes what it made of a source that is gone; it would be found by imports, and published. */
const removeOrphans = (home, format) => {
  const dist = join(home, 'dist', format)
  if (!existsSync(dist)) return
  for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name)
    const [, stem, c] = /^(.*?)(?:\.d)?\.(c?)[jt]s(?:\.map)?$/.exec(file) ?? []
    if (stem === undefined || !entry.isFile()) continue
    const source = join(home, 'src', stem.slice(dist.length))
    if (!existsSync(`${source}.${c}ts`) && !existsSync(`${source}.${c}js`)) rmSync(file)
  }
}

run('packages/postgres-store/scripts/generate.mjs')
for (const home of packages)
  if (existsSync(join(home, 'tsconfig.cjs.json')))
    writeIfChanged(join(home, 'dist/cjs/package.json'), '{ "type": "commonjs" }\n')
run('node_modules/@typescript/native/bin/tsc', '-b')
for (const home of packages) for (const format of ['esm', 'cjs']) removeOrphans(home, format)
