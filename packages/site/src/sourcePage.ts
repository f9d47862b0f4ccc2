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

/** Where a file or folder stands on the site that is no document, and that a document speaks of. The generator leaves out what begins with a dot. */
export const sourcePageOf = (path: string): string => `source/${path.replaceAll(/(?<=^|\/)\./g, 'dot-')}`

/** Characters up to which a file is coloured. Longer ones would be most of the time that a build takes, and few read them here. */
const coloured = 4_000

/** The page of a file: its text. Of a folder: what is in it. Search leaves them out. */
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
