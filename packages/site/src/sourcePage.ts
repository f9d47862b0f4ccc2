import { extname } from 'node:path'
import { kindOf, namesIn, read } from './repository.ts'

const languages: Readonly<Record<string, string>> = {
  '.ts': 'ts',
  '.mjs': 'js',
  '.cjs': 'js',
  '.js': 'js',
  '.sql': 'sql',
  '.json': 'json',
  '.yml': 'yaml',
}

/**
 * The page of a linked file or folder that is not a document. The generator skips names that begin with a dot, and
 * removes the ending of a Markdown file from a link.
 */
export const sourcePageOf = (path: string): string =>
  `source/${path.replaceAll(/(?<=^|\/)\./g, 'dot-').replace(/\.md$/, '-md')}`

/**
 * The maximum number of characters of a file with coloured code. Longer files would take most of the time of a build,
 * and have few readers here.
 */
const coloured = 4_000

/** Makes the page of a file, with its text, or of a folder, with its entries. Search skips these pages. */
export const sourcePage = (path: string): string => {
  const head = `---\nsearch: false\neditLink: false\noutline: false\npageClass: source\n---\n\n# ${path.split('/').at(-1)}\n\n\`${path}\`\n\n`
  if (kindOf(path) === 'folder')
    return `${head}${namesIn(path)
      .map((name) => `- \`${name}\``)
      .join('\n')}\n`
  const text = read(path).trimEnd()
  const longest = Math.max(2, ...[...text.matchAll(/`{3,}/g)].map(([ticks]) => ticks.length))
  const fence = '`'.repeat(longest + 1)
  return `${head}${fence}${(text.length > coloured ? undefined : languages[extname(path)]) ?? 'text'}\n${text}\n${fence}\n`
}
