// Wraps prose of the documents that is wider than a line may be:
// node scripts/test/wrapProse.mjs
import './typedModules.mjs'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const { wrapProse } = await import('./prose.ts')
const { documents, textOf } = await import('./wording.ts')
const { root } = await import('./root.ts')

for (const file of documents()) {
  const text = textOf(file)
  const wrapped = wrapProse(text)
  if (wrapped === text) continue
  writeFileSync(join(root, file), wrapped)
  process.stdout.write(`${file}\n`)
}
