import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'

const source = join(import.meta.dirname, '../src')

const linesIn = (...files: ReadonlyArray<string>) =>
  files.flatMap((file) =>
    readFileSync(join(source, file), 'utf8')
      // No text of the hotel contains the signs of a comment.
      .replaceAll(/\/\*[\s\S]*?\*\//g, '')
      .split('\n')
      .map((line) => line.replace(/\/\/.*$/, '').trim())
      .filter((line) => line !== ''),
  )

// Lines of code: without comments and blank lines, with imports. What is repeated here belongs in the packages.
it.each([
  ['the process manager', ['stay.ts'], 60],
  ['nine routes with their problems', ['routes.ts'], 80],
  ['the wiring', ['hotel.ts', 'main.ts'], 40],
  ['the values', ['ids.ts'], 10],
  ['the whole hotel', readdirSync(source), 600],
])('%s has few lines', (_, files, limit) => {
  expect(linesIn(...files).length).toBeLessThanOrEqual(limit)
})

it('needs no cast and no `any`', () => {
  const code = linesIn(...readdirSync(source))
    .filter((line) => !line.startsWith('import '))
    .map((line) => line.replaceAll(/'[^']*'/g, ''))
  expect(code.filter((line) => /\bas (?!const\b)|\bany\b|@ts-|[\w)\]]!/.test(line))).toEqual([])
})
