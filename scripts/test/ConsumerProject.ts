import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { consumerTools } from './consumerTools.ts'
import { npmInstall } from './npm.ts'
import { packInto } from './packed.ts'
import { root } from './root.ts'
import { published } from './sourceRules.ts'

/**
 * The projects of users, in a directory of their own: `shared/project` has all public packages, from their tarballs,
 * and `shared` the tools; the rest is free.
 */
export interface ConsumerProject {
  readonly directory: string
  /** A path in the project with all packages. */
  readonly inProject: (...parts: ReadonlyArray<string>) => string
  /** A path in the `node_modules` of the tools. */
  readonly tool: (path: string) => string
  readonly tarballsOf: (names: ReadonlyArray<string>) => ReadonlyArray<string>
  readonly remove: () => void
}

/** Packages that a user installs beside ours. */
export const peers: ReadonlyArray<string> = ['fast-check', 'fp-ts', 'io-ts', 'postgres']

/** The code of users, in scripts/test/consumer. */
export const fixture = (name: string): string => join(root, 'scripts/test/consumer', name)

/** Gives a directory to npm as a project of its own. */
export const writeManifest = (home: string): void =>
  writeFileSync(join(home, 'package.json'), '{ "name": "consumer", "private": true }')

/** The versions that the other tests run with. */
const atOurVersion = (name: string): string => {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules', name, 'package.json'), 'utf8'))
  return `${name}@${version}`
}

const copyFixtures = (inProject: ConsumerProject['inProject']): void => {
  for (const name of ['plain', 'tsJest', 'vitest', 'types']) cpSync(fixture(name), inProject(name), { recursive: true })
  for (const name of ['tsJest', 'vitest', 'types', 'bundle'])
    cpSync(fixture('counter.ts'), inProject(name, 'counter.ts'))
  for (const name of ['types', 'bundle']) cpSync(fixture('main.ts'), inProject(name, 'main.ts'))
  // Node derives the module system of a TypeScript file from its name, and requires that imports match it.
  for (const system of ['m', 'c'])
    for (const name of ['counter', 'main', 'wrong', 'absent']) {
      const text = readFileSync(inProject('types', `${name}.ts`), 'utf8')
      writeFileSync(inProject('types', `${name}.${system}ts`), text.replace("'./counter'", `'./counter.${system}js'`))
    }
}

/** Builds, packs and installs the public packages, and lays out the code that uses them. */
export const makeConsumerProject = async (): Promise<ConsumerProject> => {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'foldlog-consumers-')))
  const inProject = (...parts: ReadonlyArray<string>) => join(directory, 'shared/project', ...parts)
  mkdirSync(join(directory, 'shared'))
  copyFixtures(inProject)
  writeManifest(inProject())
  const [tools, packed] = await Promise.all([consumerTools(), packInto(directory)])
  const tarballsOf = (names: ReadonlyArray<string>) =>
    packed.filter(({ name }) => names.includes(name)).map(({ filename }) => join(directory, filename))
  const all = [...tarballsOf(published.map(({ name }) => name)), ...peers.map(atOurVersion)]
  const { code, err } = await npmInstall(inProject(), ...all)
  if (code !== 0) throw new Error(`the packages could not be installed:\n${err}`)
  symlinkSync(tools, join(directory, 'shared/node_modules'))
  return {
    directory,
    inProject,
    tool: (path) => join(directory, 'shared/node_modules', path),
    tarballsOf,
    remove: () => rmSync(directory, { recursive: true, force: true }),
  }
}
