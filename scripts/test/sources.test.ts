import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { nominalTypes } from './nominalTypes.ts'
import { longProse, wrapProse } from './prose.ts'
import { root } from './root.ts'
import {
  deepImports,
  entriesOf,
  escapes,
  exportedNames,
  packages,
  parse,
  sourcesOf,
  undocumented,
} from './sourceRules.ts'
import { bannedIn, bannedWords, documents, longLines, sourcesBelow, textsBelow } from './wording.ts'

const read = (file: string): string => readFileSync(join(root, file), 'utf8')

describe.each(packages)('$name', (one) => {
  const { directory, private: isPrivate } = one
  it('avoids no type check without a proof', () => {
    expect(sourcesOf(directory).flatMap((file) => escapes(parse(file, read(file))))).toEqual([])
  })

  it('imports fp-ts and io-ts from the barrel', () => {
    expect(sourcesOf(directory).flatMap((file) => deepImports(parse(file, read(file))))).toEqual([])
  })

  // The comments of examples are no sources: a user's own brands belong to one declaration.
  if (isPrivate !== true)
    it('declares no type that only one copy of the package has', () => {
      expect(sourcesOf(directory).flatMap((file) => nominalTypes(parse(file, read(file))))).toEqual([])
    })

  if (isPrivate !== true)
    it('documents every export', () => {
      expect(entriesOf(one).flatMap(({ source }) => undocumented(`${directory}/${source}`, read))).toEqual([])
    })

  // Two entries with the same name would leave it to chance from which one editors import it.
  it('exports no name from two entries', () => {
    const names = entriesOf(one).flatMap(({ source }) => [...exportedNames(`${directory}/${source}`, read)])
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
  })
})

/** Every folder with sources. */
const folders: ReadonlyArray<string> = [...packages.map(({ directory }) => directory), 'scripts']

describe('comments and SQL', () => {
  it.each(folders)('in %s end at 120 columns', (folder) => {
    const files = sourcesBelow(folder)
    expect(files).not.toEqual([])
    expect(files.flatMap((file) => longLines(file, read(file)))).toEqual([])
  })
})

describe('words', () => {
  it.each(folders)('in %s are plain', (folder) => {
    const files = textsBelow(folder)
    expect(files).not.toEqual([])
    expect(files.flatMap((file) => bannedIn(file, read(file)))).toEqual([])
  })
})

describe('the variable with the address of the database', () => {
  it('has one name, in programs, documents and examples', () => {
    const files = [...folders.flatMap(textsBelow), ...documents()]
    const others = files.filter((file) => /\b(?!FOLDLOG_)(?:[A-Z]+_)?DATABASE_URL\b|\bPG_?URL\b/.test(read(file)))
    expect(others).toEqual([])
  })
})

describe('documents', () => {
  it('are worded plainly', () => {
    expect(documents().length).toBeGreaterThan(50)
    expect(documents().flatMap((file) => bannedIn(file, read(file)))).toEqual([])
  })

  it('have prose that ends at 120 columns', () => {
    expect(documents().flatMap((file) => longProse(file, read(file)))).toEqual([])
  })
})

describe('the rules themselves', () => {
  const found = (text: string) => escapes(parse('a.ts', text)).length

  it.each([
    ['any', 'const a: any = 1'],
    ['a non-null assertion', 'const a = b!'],
    ['a definite assignment', 'let a!: string'],
    ['a cast', 'const a = b as C'],
    ['a cast below a comment on something else', '// why\nconst x = 1\nconst a = b as C'],
    ['angle brackets', 'const a = <C>b'],
    ['a suppressed error', '// @ts-expect-error\nconst a = 1'],
    ['a cast after a string with slashes', "const a = f('http://x') as C"],
  ])('see %s', (_, text) => expect(found(text)).toBe(1))

  it('detect both halves of a double cast', () => expect(found('const a = b as unknown as C')).toBe(2))

  it.each([
    ['as const', "const a = ['b'] as const"],
    ['a cast with its proof above', '// A proof.\nconst a = b as C'],
    ['a cast with its proof beside it', 'const a = b as C // a proof'],
    ['a cast deep in a statement with its proof', '/** A proof. */\nconst a = f(\n  b as C,\n)'],
    ['the words in texts and comments', "const a = 'any! b as C' // any! as C"],
  ])('let pass %s', (_, text) => expect(found(text)).toBe(0))

  it.each([
    "import { map } from 'fp-ts/Array'",
    "type A = import('io-ts/lib/index.js').Any",
    "await import('fp-ts/Either')",
  ])('see %s', (text) => expect(deepImports(parse('a.ts', text))).toHaveLength(1))

  it.each([
    'interface Brand { readonly Name: unique symbol }',
    'export enum Kind { A }',
    'class A { private a = 1 }',
    'class A { #a = 1 }',
  ])('see that only one copy has the type of %s', (text) => {
    expect(nominalTypes(parse('a.ts', text))).toHaveLength(1)
  })

  it('list the names of an entry, from whatever file it passes on', () => {
    const files: Readonly<Record<string, string>> = {
      'src/index.ts': "export * from './A.ts'\nexport type { C } from './c.ts'\nexport * from 'elsewhere'\n",
      'src/A.ts': "export * from './b.ts'\nconst hidden = 1\nexport const a = hidden\n",
      'src/b.ts': 'export interface B {}\n',
      'src/c.ts': 'export type C = 1\nexport type NotPublic = 2\n',
    }
    expect([...exportedNames('src/index.ts', (file) => files[file] ?? '')]).toEqual(['B', 'a', 'C'])
  })

  it('detect an undocumented export, wherever it comes from', () => {
    const files: Readonly<Record<string, string>> = {
      'src/index.ts': "export * from './A.ts'\nexport type { C } from './internal/c.ts'\nexport * from 'elsewhere'\n",
      'src/A.ts': [
        'const hidden = 1',
        '/**\n * A.\n *\n * @category model\n * @since 0.1.0\n */\nexport const a = 1',
        '/** B. */\nexport interface B {}',
        '/**\n * @category model\n * @since 0.1.0\n */\nexport const d = 1',
      ].join('\n'),
      'src/internal/c.ts': 'export type C = 1\nexport type NotPublic = 2\n',
    }
    expect(undocumented('src/index.ts', (file) => files[file] ?? '')).toEqual([
      'src/A.ts:10: B: no @category',
      'src/A.ts:10: B: no @since',
      'src/A.ts:15: d: no sentence',
      'src/internal/c.ts:1: C: no sentence',
      'src/internal/c.ts:1: C: no @category',
      'src/internal/c.ts:1: C: no @since',
    ])
  })

  it('detect an unknown category, an invalid version, a number without a unit, and a member without a comment', () => {
    const doc = (...lines: ReadonlyArray<string>) => ['/**', ...lines.map((line) => ` * ${line}`), ' */'].join('\n')
    const files: Readonly<Record<string, string>> = {
      'src/index.ts': "export * from './A.ts'\n",
      'src/A.ts': [
        "import { far } from './far.ts'",
        doc('A.', '', '@category misc', '@since soon'),
        'export const a = 1',
        doc('Waits at most `patience` milliseconds.', '', '@category model', '@since 0.1.0'),
        'export interface B {',
        '  readonly patience: number',
        '  readonly limit: number',
        '  /** Pieces. */',
        '  readonly size: number',
        '}',
        'const near = 1',
        doc('C.', '', '@category namespace', '@since 0.1.0'),
        'export const C = { near, far, made: near + 1 } as const',
      ].join('\n'),
      'src/far.ts': `${doc('Far.', '', '@category constants', '@since 0.1.0')}\nexport const far = 1\n`,
    }
    expect(undocumented('src/index.ts', (file) => files[file] ?? '')).toEqual([
      'src/A.ts:8: a: @category misc is none of ours',
      'src/A.ts:8: a: @since soon is no version',
      'src/A.ts:15: B: nothing says what limit counts',
      'src/A.ts:21: near: no sentence',
      'src/A.ts:21: near: no @category',
      'src/A.ts:21: near: no @since',
      'src/A.ts:28: made: no constant with a comment of its own',
    ])
  })

  const long = 'x'.repeat(120)

  it.each([
    ['a line', 'a.ts', `const a = 1\n// ${long}`],
    ['a line beside code', 'a.ts', `const a = 1 // ${long}`],
    ['a doc comment of one line', 'a.ts', `/** ${long} */\nconst a = 1`],
    ['a line of a doc comment', 'a.ts', `/**\n * ${long}\n */\nconst a = 1`],
    ['a line of a block', 'a.mjs', `const a = [\n  /*\n${long}x\n */ 1,\n]`],
    ['a last line', 'a.cjs', `module.exports = {}\n// ${long}\n`],
    ['a comment in SQL', 'a.sql', `select 1\n-- ${long}`],
    ['SQL', 'a.sql', `select '${long}'`],
  ])('see a line of more than 120 columns: %s', (_, file, text) =>
    expect(longLines(file, text)).toEqual([expect.stringContaining(`${file}:`)]),
  )

  it.each([
    ['code', 'a.ts', `const a = '${long}'`],
    ['a template', 'a.ts', `const a = \`\n// ${long}\n * ${long}\n\``],
    ['code below a comment', 'a.ts', `// ${long.slice(3)}\nconst a = '${long}'`],
  ])('let pass %s, whatever its length', (_, file, text) => expect(longLines(file, text)).toEqual([]))

  it.each(bannedWords.map(([word]) => word))('see "%s" in sources, SQL and documents', (word) => {
    const [first = '', ...rest] = word.split(' ')
    const capital = first.charAt(0).toUpperCase() + first.slice(1)
    for (const text of [
      `// It is ${word} here.`,
      `-- ${[capital, ...rest].join(' ')}`,
      `it('${word}')`,
      `/**\n * ${first}\n * ${rest.join('\n * ')}\n */`,
      `const ${first} = 1 // ${word}`,
    ])
      expect(bannedIn('a.ts', text)).toContainEqual(expect.stringMatching(`^a\\.ts:\\d+: "${word}"`))
  })

  it.each([
    ['the line', '// a\n// b, whoever c', ['a.ts:2: "whoever"; write: the reader, the caller, the next owner']],
    [
      'other forms',
      'It wishes what it holds\n  up.',
      [expect.stringContaining('wish'), expect.stringContaining('held')],
    ],
    ['every use', 'told, told', [expect.stringContaining('told'), expect.stringContaining('told')]],
    ['no part of a word', 'measurely, toldo, held_up, upheld', []],
  ])('see of banned words %s', (_, text, expected) => expect(bannedIn('a.ts', text)).toEqual(expected))

  it('look at all kinds of files, and not at what is generated or installed', () => {
    expect(textsBelow('packages/postgres-store')).toEqual(
      expect.arrayContaining([
        'packages/postgres-store/README.md',
        'packages/postgres-store/bin/foldlog-postgres.js',
        'packages/postgres-store/src/PostgresStore.ts',
        expect.stringMatching(/^packages\/postgres-store\/sql\/.+\.sql$/),
      ]),
    )
    expect(textsBelow('packages/postgres-store').filter((file) => /dist|generated|node_modules/.test(file))).toEqual([])
    expect(sourcesBelow('scripts')).toContain('scripts/test/wording.ts')
    expect(sourcesBelow('docs')).toEqual([])
  })

  const words = (count: number, word = 'word') => Array.from({ length: count }, () => word).join(' ')

  it.each([
    ['a paragraph', `${words(30)}\nend`],
    ['an item', `- ${words(30)}\n  end`],
    ['a nested item', `- a\n  1. ${words(30)}`],
    ['a paragraph behind a heading', `# Title\n${words(30)}`],
    ['a paragraph behind front matter', `---\ntitle: a\n---\n${words(30)}`],
  ])('see prose that is too long: %s', (_, text) => {
    expect(longProse('a.md', text)).toEqual([expect.stringContaining('a.md:')])
    expect(longProse('a.md', wrapProse(text))).toEqual([])
    expect(wrapProse(text).split(/\s+/)).toEqual(text.split(/\s+/))
  })

  it.each([
    ['code', `\`\`\`ts\n${words(30)}\n\`\`\``],
    ['a comment', `<!-- given\n${words(30)}\n-->`],
    ['what a program writes', `<!-- from here on written by \`a\` -->\n\n${words(30)}\n\n<!-- up to here -->`],
    ['a table', `| ${words(30)} |\n| --- |`],
    ['a heading', `## ${words(30)}`],
    ['a quotation', `> ${words(30)}`],
    ['front matter', `---\ntext: ${words(30)}\n---\n`],
    ['the target of a link', `[a]: ${words(30)}`],
    ['one word', 'x'.repeat(130)],
    ['one link', `[${words(30)}](https://example.com)`],
    ['a line with a break', `${words(30)}  \nb`],
  ])('let pass %s, whatever its length', (_, text) => {
    expect(longProse('a.md', text)).toEqual([])
    expect(wrapProse(text)).toBe(text)
  })

  it('wrap prose as it is read: items keep their indentation, links and code stay whole, no line begins a list', () => {
    const filler = 'x'.repeat(114)
    expect(wrapProse(`- ${filler} b c d`)).toBe(`- ${filler} b c\n  d`)
    expect(wrapProse(`${filler} [a b](c) d`)).toBe(`${filler}\n[a b](c) d`)
    expect(wrapProse(`${filler} \`a b\`, d`)).toBe(`${filler}\n\`a b\`, d`)
    expect(wrapProse(`${filler}xxxx a - b c d`)).toBe(`${filler}xxxx\na - b c d`)
    expect(wrapProse(`a\nb\n\n${filler} b c d e`)).toBe(`a\nb\n\n${filler} b c d\ne`)
  })
})
