// Removes what scripts/build.mjs has made; `node_modules` and `.foldlog` stay.
import { readdirSync, rmSync } from 'node:fs'

const packages = new URL('../packages/', import.meta.url)
for (const name of readdirSync(packages)) {
  const home = new URL(`${name}/`, packages)
  for (const made of ['dist', '.tsbuildinfo', 'src/internal/schema/sqlFiles.generated.ts'])
    rmSync(new URL(made, home), { recursive: true, force: true })
}
