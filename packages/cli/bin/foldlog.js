#!/usr/bin/env node
// Not src/cli.ts itself: npm links only files that exist during the installation, and a fresh clone is not built yet.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const cli = new URL('../dist/esm/cli.js', import.meta.url)

if (!existsSync(cli)) {
  // A clone: the published package has been built. Standard output is for the command.
  const { status } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('../../../scripts/build.mjs', import.meta.url))],
    {
      stdio: ['ignore', process.stderr, process.stderr],
    },
  )
  if (status !== 0) process.exit(1)
}
await import(cli.href)
