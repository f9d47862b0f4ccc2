import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Document, documents } from './Document.ts'
import { type Item, referenceSidebar, sidebar } from './navigation.ts'
import { readPackage } from './reference/readPackage.ts'
import { referencePages } from './reference/referencePages.ts'
import { renderDiagrams } from './renderDiagrams.ts'
import { kindOf, namesIn, read, root } from './repository.ts'
import { rewriteLinks } from './rewriteLinks.ts'
import { sourcePage, sourcePageOf } from './sourcePage.ts'

/** The order in which a user meets the packages; others follow. */
const first = ['core', 'dispatcher', 'subscriptions', 'application', 'memory-store', 'postgres-store', 'testing']

/** The needed part of a package.json. */
interface Manifest {
  readonly private?: boolean
}

/** The packages of the reference: those that are published. */
const published = (): ReadonlyArray<string> => {
  const names = namesIn('packages').map((name) => name.replace('/', ''))
  const open = names.filter((name) => {
    const manifest = `packages/${name}/package.json`
    const { private: isPrivate }: Manifest =
      kindOf(manifest) === 'file' ? JSON.parse(read(manifest)) : { private: true }
    return isPrivate !== true
  })
  return [...first.filter((name) => open.includes(name)), ...open.filter((name) => !first.includes(name))]
}

/** A page of the site before it is rendered. */
interface Page {
  readonly page: string
  readonly text: string
}

/** The site before it is rendered. */
export interface Staged {
  readonly pages: ReadonlyArray<Page>
  readonly sidebar: ReadonlyArray<Item>
  readonly reference: ReadonlyArray<Item>
  /** Files of the repository that documents show. */
  readonly pictures: ReadonlyArray<string>
  /** Links that lead nowhere, and incomplete comments. The site is not built with any of them. */
  readonly problems: ReadonlyArray<string>
}

/** Pages with wide tables, or with two codes side by side, need the width that an outline would take. */
const framed = (page: string, text: string): string =>
  page.startsWith('from/') || page === 'comparison' ? `---\naside: false\n---\n\n${text}` : text

/** The blocks of a document that users do not see, for the compiler only. */
const given = /^<!-- given\n[\s\S]*?^-->\n/gm

/** The words after the language are for the tests of the examples. */
const plainFences = (text: string): string => text.replaceAll(/^```(\w+)(?: [\w./=-]+)+$/gm, '```$1')

/** Every page, from the documents, the sources that they name, and the comments of the packages. */
export const stage = (all: ReadonlyArray<Document> = documents()): Staged => {
  const known = new Map(all.map(({ file, page }) => [file, `/${page.replace(/(^|\/)index$/, '$1')}`]))
  const sources = new Set<string>()
  const pictures = new Set<string>()
  const resolve = (path: string): string | undefined => {
    if (path === 'README.md' || path === '.') return '/'
    const page = known.get(path) ?? known.get(`${path}/README.md`)
    if (page !== undefined) return page
    if (kindOf(path) === 'nothing') return undefined
    if (path.endsWith('.svg')) {
      pictures.add(path)
      return `/${path}`
    }
    sources.add(path)
    return `/${sourcePageOf(path)}`
  }
  const linked = all.map(({ file, page, text }) => ({ page, ...rewriteLinks(file, text, resolve) }))
  const packages = published().map(readPackage)
  const reference = referencePages(packages)
  return {
    pages: [
      ...linked.map(({ page, text }) => ({
        page,
        text: framed(page, renderDiagrams(plainFences(text.replaceAll(given, '')))),
      })),
      ...reference.pages.map(({ page, text }) => ({ page, text: plainFences(text) })),
      ...[...sources].map((path) => ({ page: sourcePageOf(path), text: sourcePage(path) })),
    ],
    sidebar: sidebar(all),
    reference: referenceSidebar(packages),
    pictures: [...pictures],
    problems: [...linked.flatMap(({ dead }) => dead.map((one) => `leads nowhere: ${one}`)), ...reference.problems],
  }
}

/** The directories of the pages before they are rendered, and of the site afterwards. */
export const places = {
  pages: join(root, 'packages/site/dist/pages'),
  site: join(root, 'packages/site/dist/site'),
} as const

/** Writes the pages for VitePress. Removes earlier ones. */
export const writePages = ({ pages, sidebar, reference, pictures }: Staged): void => {
  rmSync(places.pages, { recursive: true, force: true })
  const write = (name: string, text: string) => {
    const file = join(places.pages, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  for (const { page, text } of pages) write(`${page}.md`, text)
  for (const image of ['icon.svg', 'fold.svg']) write(`public/${image}`, read(`packages/site/.vitepress/${image}`))
  for (const picture of pictures) write(`public/${picture}`, read(picture))
  write('navigation.json', JSON.stringify({ sidebar, reference }))
}
