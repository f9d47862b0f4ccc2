// `npm run sizes` measures the packages and reports the exceeded limits of sizes.json; `-- --write` writes the table of
// docs/sizes.md.
import { readFileSync, writeFileSync } from 'node:fs'
import { complaints, kinds } from './release/limits.mjs'
import { measure, measureUnused } from './release/measure.mjs'
import { entriesOf, published } from './release/published.mjs'

const limits = JSON.parse(readFileSync(new URL('sizes.json', import.meta.url), 'utf8'))
const document = new URL('../docs/sizes.md', import.meta.url)

const inKb = (bytes) => `${(bytes / 1000).toFixed(0)} kB`
const table = [
  '| at most | its own code | with all but fp-ts | with all |',
  '| --- | --: | --: | --: |',
  ...Object.entries(limits).map(
    ([name, limit]) => `| \`${name}\` | ${kinds.map((kind) => inKb(limit[kind])).join(' | ')} |`,
  ),
].join('\n')

const between = (text) => text.replace(/(?<=<!-- sizes -->\n)[\s\S]*?(?=<!-- \/sizes -->)/, `${table}\n`)

const found = []
for (const name of published().flatMap(({ manifest }) => entriesOf(manifest))) {
  const sizes = await measure(name)
  console.log(`${name.padEnd(30)}${kinds.map((kind) => `${kind} ${sizes[kind]}`.padStart(20)).join('')}`)
  found.push(...complaints(name, limits[name], sizes, await measureUnused(name)))
}

const text = readFileSync(document, 'utf8')
if (process.argv.includes('--write')) writeFileSync(document, between(text))
else if (text !== between(text)) found.push('docs/sizes.md has other limits: `npm run sizes -- --write`')

for (const one of found) console.error(one)
process.exitCode = found.length === 0 ? 0 : 1
