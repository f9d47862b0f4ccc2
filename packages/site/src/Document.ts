import { kindOf, markdownBelow, namesIn, read } from './repository.ts'

/** A document of the repository that is a page of the site. */
export interface Document {
  /** The file, named from the root. */
  readonly file: string
  /** The page, without a suffix: `guides/decider`. */
  readonly page: string
  /** Its first heading. */
  readonly title: string
  readonly text: string
}

/** A page that runs code, which only the site can show. */
const playground = 'packages/site/playground.md'

/**
 * The place of a document on the site. The README of the repository has none, because the site has a home page of its
 * own.
 */
const pageOf = (file: string): string => {
  if (file === 'CHANGELOG.md') return 'changes'
  if (file === playground) return 'playground'
  const [, name, rest] = /^packages\/([^/]+)\/(.*)\.md$/.exec(file) ?? []
  if (name !== undefined && rest === 'README') return `packages/${name}`
  if (name !== undefined) return `packages/${name}-${rest?.toLowerCase()}`
  return file
    .replace(/^docs\//, '')
    .replace(/\.md$/, '')
    .replace(/(^|\/)README$/, '$1index')
    .toLowerCase()
}

const titleOf = (text: string, page: string): string => /^# (.*)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? page

/**
 * All documents: those of `docs`, the README and the changelog of each package, and the other documents of the root.
 */
export const documents = (): ReadonlyArray<Document> =>
  [
    ...markdownBelow('docs'),
    ...namesIn('packages').flatMap((name) => [`packages/${name}README.md`, `packages/${name}CHANGELOG.md`]),
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    playground,
  ]
    .filter((file) => kindOf(file) === 'file')
    .map((file) => {
      const [text, page] = [read(file), pageOf(file)]
      return { file, page, text, title: titleOf(text, page) }
    })
