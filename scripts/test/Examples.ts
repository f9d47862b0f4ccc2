import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import postgres from 'postgres'
import ts from 'typescript'
import { type Example, examples } from './markdown.ts'
import { type Ended, runNode } from './processes.ts'
import { root } from './root.ts'

/** An example and its document. */
export interface Placed extends Example {
  readonly document: string
}

/** Examples in a project of their own, which has the built packages installed as a user's would. */
export interface Examples {
  readonly placed: ReadonlyArray<Placed>
  /** The errors of the compiler in an example, and those in no example (`undefined`): a broken set-up. */
  readonly complaints: (example: Placed | undefined) => ReadonlyArray<string>
  /** Runs an example; one that names FOLDLOG_DATABASE_URL is given an empty database. */
  readonly run: (example: Placed) => Promise<Ended>
  readonly remove: () => void
}

/** Strict as for a user with strict settings; examples may declare unused names. */
const compilerOptions = {
  composite: false,
  noEmit: true,
  declaration: false,
  declarationMap: false,
  noUnusedLocals: false,
  noUnusedParameters: false,
}

const flat = (document: string): string => document.replaceAll(/[/.]/g, '-')

/** Files that a document names are in one folder, so that they find each other; every other example is for itself. */
const stem = ({ document, line, file }: Placed): string =>
  file === undefined ? `${flat(document)}-${line}` : `${flat(document)}/${file.replace(/\.ts$/, '')}`

/** The examples of documents, given as pairs of name and text. */
export const placedIn = (documents: ReadonlyArray<readonly [name: string, text: string]>): ReadonlyArray<Placed> =>
  documents.flatMap(([document, text]) => examples(text).map((example) => ({ ...example, document })))

/** An empty database on the server of the tests. */
export const createDatabase = async () => {
  const url = new URL(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '')
  const sql = postgres(url.href, { max: 1, onnotice: () => undefined })
  const name = `documents_${process.pid}_${Date.now()}`
  await sql`create database ${sql(name)}`
  url.pathname = `/${name}`
  return {
    url: url.href,
    drop: async () => {
      await sql`drop database ${sql(name)} with (force)`
      await sql.end()
    },
  }
}

/** Makes the project and asks the compiler, once for all examples. */
export const makeExamples = async (placed: ReadonlyArray<Placed>): Promise<Examples> => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'foldlog-examples-')))
  const write = (file: string, text: string) => writeFileSync(join(directory, file), text)
  symlinkSync(join(root, 'node_modules'), join(directory, 'node_modules'))
  mkdirSync(join(directory, 'run'))
  write('package.json', '{ "type": "module" }')
  const config = { extends: join(root, 'tsconfig.json'), compilerOptions, include: ['**/*.ts'], references: [] }
  write('tsconfig.json', JSON.stringify(config))
  // Without an export, what an example declares would be global, and meet the declarations of its neighbours.
  for (const example of placed) {
    mkdirSync(dirname(join(directory, stem(example))), { recursive: true })
    write(`${stem(example)}.ts`, `${example.code}\nexport {}\n`)
  }
  const compiler = join(root, 'node_modules/@typescript/native/bin/tsc')
  const { out } = await runNode(directory, [compiler, '-p', '.', '--pretty', 'false'])
  // Lines that go on start with a space.
  const lines = out.split('\n').filter((line) => line !== '' && !line.startsWith(' '))
  const against = (example: Placed) => lines.filter((line) => line.startsWith(`${stem(example)}.ts(`))
  return {
    placed,
    complaints: (example) => {
      if (example !== undefined) return against(example)
      const known = new Set(placed.flatMap(against))
      return lines.filter((line) => !known.has(line))
    },
    run: async (example) => {
      const target = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true }
      const program = join('run', `${stem(example)}.mjs`)
      write(program, ts.transpileModule(example.code, { compilerOptions: target }).outputText)
      const database = example.code.includes('FOLDLOG_DATABASE_URL') ? await createDatabase() : undefined
      const url = database?.url ?? ''
      try {
        return await runNode(directory, [program], { FOLDLOG_DATABASE_URL: url })
      } finally {
        await database?.drop()
      }
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
