// Embeds the SQL files into a TypeScript module, so that the package needs no file access at run time,
// from ESM and CommonJS alike.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'

const here = new URL('..', import.meta.url)
const names = readdirSync(new URL('sql/', here))
  .filter((name) => name.endsWith('.sql'))
  .sort()

const entries = names.map((name) => {
  const [, number, title] = /^(\d{4})_(\w+)\.sql$/.exec(name) ?? []
  if (number === undefined) throw new Error(`sql/${name} is not named NNNN_title.sql`)
  const text = readFileSync(new URL(`sql/${name}`, here), 'utf8')
  return `  { number: ${Number(number)}, name: ${JSON.stringify(title)}, text: ${JSON.stringify(text)} },`
})

const source = `// Made by scripts/generate.mjs from sql/*.sql.
export const sqlFiles: ReadonlyArray<{ readonly number: number; readonly name: string; readonly text: string }> = [
${entries.join('\n')}
]
`
mkdirSync(new URL('src/internal/', here), { recursive: true })
const target = new URL('src/internal/sqlFiles.generated.ts', here)
const current = (() => {
  try {
    return readFileSync(target, 'utf8')
  } catch {
    return undefined
  }
})()
// Untouched when nothing changed, so that incremental builds see no change either.
if (current !== source) writeFileSync(target, source)
