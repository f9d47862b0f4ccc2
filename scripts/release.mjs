// `npm run release` builds, packs and checks every public package, then publishes those that the registry does not
// have. `-- --dry-run` does everything but publish, and sends no request to the registry; `--into DIRECTORY` keeps the
// packed files.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { addressed } from './release/address.mjs'
import { findWrong } from './release/findWrong.mjs'
import { pack } from './release/pack.mjs'
import { published, root } from './release/published.mjs'

const { values } = parseArgs({
  options: { 'dry-run': { type: 'boolean' }, into: { type: 'string' }, 'no-git-tag': { type: 'boolean' } },
})
const dry = values['dry-run'] === true

/** Provenance asks where the sources of a package are; only the place that publishes knows it. */
const tellAddresses = () => {
  for (const { directory, manifest } of published()) {
    const complete = addressed(manifest, directory, process.env)
    if (complete !== manifest)
      writeFileSync(join(root, directory, 'package.json'), `${JSON.stringify(complete, null, 2)}\n`)
  }
}

/** Changes that are described, and in no version yet. */
const waiting = () => readdirSync(join(root, '.changeset')).filter((name) => /^(?!README).*\.md$/.test(name))

const inKb = (bytes) => `${(bytes / 1000).toFixed(1)} kB`

/** Prints what would be published, and returns whether it may be. */
const examine = async (into) => {
  let right = true
  for (const { name, version, filename, size, files } of pack(into)) {
    const wrong = await findWrong(name, readFileSync(join(into, filename)))
    console.log(
      [`${name}@${version}`.padEnd(36), `${files.length} files`.padStart(10), inKb(size).padStart(10)].join(''),
    )
    for (const one of wrong) console.log(`  wrong: ${one}`)
    right &&= wrong.length === 0
  }
  return right
}

if (!dry) tellAddresses()
await import('./build.mjs')

const into = values.into === undefined ? mkdtempSync(join(tmpdir(), 'foldlog-release-')) : resolve(values.into)
const right = await examine(into)
if (values.into === undefined) rmSync(into, { recursive: true })

const late = waiting()
if (late.length > 0) console.log(`In no version yet, until \`npm run bump\`: ${late.join(', ')}`)

if (!right) {
  console.error('Nothing is published: see what is wrong above.')
  process.exit(1)
}
if (dry) console.log('Dry run: nothing was published. Without --dry-run, what the registry does not have would be.')
else {
  const changeset = join(root, 'node_modules/@changesets/cli/bin.js')
  const parameters = values['no-git-tag'] === true ? ['--no-git-tag'] : []
  const { status } = spawnSync(process.execPath, [changeset, 'publish', ...parameters], { cwd: root, stdio: 'inherit' })
  process.exit(status ?? 1)
}
