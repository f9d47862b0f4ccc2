import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import ts from 'typescript'
import { root } from './root.ts'
import { type Finding, parse } from './sourceRules.ts'

/** Columns that a line of a comment or of SQL may have. */
export const maxColumns = 120

/** Says whether a line, counted from 0, has a part of a comment. A text that looks like a comment is none. */
const hasComment = (source: ts.SourceFile): ((line: number) => boolean) => {
  // Comments are the text before a token, without white space.
  const found = new Set<number>()
  const lineAt = (position: number): number => source.getLineAndCharacterOfPosition(position).line
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return
    const children = node.getChildren(source)
    for (const child of children) visit(child)
    if (children.length > 0) return
    const start = node.getFullStart()
    const before = source.text.slice(start, node.getStart(source))
    for (const { 0: line, index } of before.matchAll(/\S.*/g)) if (line !== '') found.add(lineAt(start + index))
  }
  visit(source)
  return (line) => found.has(line)
}

/** Lines that are too long to be read beside another file: of SQL all lines, of other sources those of comments. */
export const longLines = (file: string, text: string): ReadonlyArray<Finding> => {
  const lines = text.split('\n')
  if (!lines.some((line) => line.length > maxColumns)) return []
  const isChecked = file.endsWith('.sql') ? () => true : hasComment(parse(file, text))
  return lines.flatMap((line, index) =>
    line.length > maxColumns && isChecked(index) ? [`${file}:${index + 1}: ${line.length} columns`] : [],
  )
}

/** Words of the house that no reader knows, or that speak of machines as of people; what to write instead. */
export const bannedWords: ReadonlyArray<readonly [word: string, instead: string, form: RegExp]> = [
  ['whoever', 'the reader, the caller, the next owner', /\bwhoever\b/],
  ['told', 'reported, received, notified', /\b(un)?told\b/],
  ['wish', 'requested action', /\bwish(es|ed)?\b/],
  ['in other hands', 'owned by another member', /\bin other hands\b/],
  ['surely', 'the lease is valid', /\bsurely\b/],
  ['held up', 'waiting for a retry', /\b(held|holds?|holding) up\b/],
]

/** A phrase may continue in the next line of its comment. */
const anyBreak = '[\\s*/>-]+'

const forms = bannedWords.map(
  ([word, instead, { source }]) => [word, instead, new RegExp(source.replaceAll(' ', anyBreak), 'gi')] as const,
)

/** Uses of the banned words, anywhere in a text. */
export const bannedIn = (file: string, text: string): ReadonlyArray<Finding> =>
  forms.flatMap(([word, instead, form]) =>
    [...text.matchAll(form)].map(
      ({ index }) => `${file}:${text.slice(0, index).split('\n').length}: "${word}"; write: ${instead}`,
    ),
  )

/** `unreleased`: the schema of an unreleased version, as it was. */
const ignored = new Set(['node_modules', 'dist', '.git', 'consumer', 'unreleased'])

const filesBelow = (path: string): ReadonlyArray<string> =>
  readdirSync(join(root, path), { withFileTypes: true }).flatMap((entry) => {
    const file = join(path, entry.name)
    if (entry.isDirectory()) return ignored.has(entry.name) ? [] : filesBelow(file)
    return entry.isFile() ? [file] : []
  })

/** They have the words as words. */
const aboutWords = [
  'scripts/test/wording.ts',
  'scripts/test/sources.test.ts',
  'docs/glossary.md',
  // It renames the functions and the columns of a schema that has them.
  'packages/postgres-store/sql/unreleased.sql',
]

const isSource = (file: string): boolean => /\.([cm]?[jt]s|sql)$/.test(file) && !file.includes('.generated.')

/** Sources and SQL below a folder, as paths from the root. */
export const sourcesBelow = (folder: string): ReadonlyArray<string> => filesBelow(folder).filter(isSource)

/** Sources, SQL and documents below a folder, as paths from the root, but for those that are about the words. */
export const textsBelow = (folder: string): ReadonlyArray<string> =>
  filesBelow(folder)
    .filter((file) => isSource(file) || (file.endsWith('.md') && !file.endsWith('CHANGELOG.md')))
    .filter((file) => !aboutWords.includes(relative('', file)))

/** The documents of the repository, as paths from the root. Changelogs are written by a program. */
export const documents = (): ReadonlyArray<string> => [
  'CONTRIBUTING.md',
  'README.md',
  ...['docs', 'packages'].flatMap(textsBelow).filter((file) => file.endsWith('.md')),
]

export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8')
