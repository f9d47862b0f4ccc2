// Packs every public package, as npm would publish it. As a program, after a build: `node scripts/release/pack.mjs
// DIRECTORY`.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { published, root } from './published.mjs'

/**
 * Creates tarballs in `into`, and writes npm's description of them into its `packed.json`: `[{ name, version, filename,
 * size, files: [{ path }] }]`, which is returned too. Throws when npm fails.
 */
export const pack = (into) => {
  const workspaces = published().flatMap(({ manifest }) => ['--workspace', manifest.name])
  const { status, stdout, stderr, error } = spawnSync(
    'npm',
    ['pack', '--json', '--pack-destination', into, ...workspaces],
    { cwd: root, encoding: 'utf8', maxBuffer: 2 ** 26, shell: process.platform === 'win32' },
  )
  if (status !== 0) throw new Error(`npm pack failed: ${error?.message ?? stderr}`)
  // An array from npm 10, an object by name from later ones.
  const packed = Object.values(JSON.parse(stdout))
  writeFileSync(join(into, 'packed.json'), JSON.stringify(packed))
  return packed
}

if (process.argv[1] === import.meta.filename) {
  await import('../build.mjs')
  pack(resolve(process.argv[2]))
}
