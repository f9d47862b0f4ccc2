// Counts what the rules of wording.ts find in every folder, also in those that are not checked yet:
// node scripts/test/countWording.mjs
import './typedModules.mjs'

const { bannedIn, longLines, sourcesBelow, textOf, textsBelow } = await import('./wording.ts')
const folders = ['packages', 'scripts', 'docs']

/** The folder that a file is counted under: as deep as in packages/core/src/values. */
const folderOf = (file) => file.split('/').slice(0, -1).slice(0, 5).join('/')

const counts = new Map()

const add = (file, lines, words) => {
  const folder = folderOf(file)
  const before = counts.get(folder) ?? { lines: 0, words: 0 }
  counts.set(folder, { lines: before.lines + lines, words: before.words + words })
}

for (const folder of folders) {
  for (const file of sourcesBelow(folder)) add(file, longLines(file, textOf(file)).length, 0)
  for (const file of textsBelow(folder)) add(file, 0, bannedIn(file, textOf(file)).length)
}

const total = { lines: 0, words: 0 }
process.stdout.write('long lines  banned words  folder\n')
for (const [folder, { lines, words }] of [...counts].sort(([a], [b]) => (a < b ? -1 : 1))) {
  total.lines += lines
  total.words += words
  process.stdout.write(`${`${lines}`.padStart(10)}  ${`${words}`.padStart(12)}  ${folder}\n`)
}
process.stdout.write(`${`${total.lines}`.padStart(10)}  ${`${total.words}`.padStart(12)}  all\n`)
