import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './root.ts'

const markdownBelow = (directory: string): ReadonlyArray<string> =>
  existsSync(join(root, directory))
    ? readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.md'))
        .map((name) => join(directory, name))
    : []

/** The documents of the repository, by their paths. */
export const documents = [
  'README.md',
  'CONTRIBUTING.md',
  ...markdownBelow('docs'),
  ...readdirSync(join(root, 'packages')).flatMap((name) => [
    `packages/${name}/README.md`,
    `packages/${name}/src/internal/README.md`,
  ]),
].filter((file) => existsSync(join(root, file)))

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')

export const block = (kind: string, ...lines: ReadonlyArray<string>): string =>
  ['```'.concat(kind), ...lines, '```', ''].join('\n')
