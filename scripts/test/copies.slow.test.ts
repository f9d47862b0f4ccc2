// Two copies of core in one program: one for `import` and one for `require`, and two versions of it. Values of one copy
// are values of the other, to the compiler and when they run.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type ConsumerProject, fixture, makeConsumerProject } from './ConsumerProject.ts'
import { runNode } from './processes.ts'

let project: ConsumerProject

const home = (...parts: ReadonlyArray<string>) => project.inProject('copies', ...parts)

/** A later patch of core and of what the domain uses beside it, for the files in `patched` alone. */
const installPatch = (): void => {
  for (const name of ['@foldlog/core', '@foldlog/subscriptions']) {
    const copy = home('patched/node_modules', name)
    cpSync(project.inProject('node_modules', name), copy, { recursive: true })
    const manifest = JSON.parse(readFileSync(join(copy, 'package.json'), 'utf8'))
    const [major, minor, patch] = manifest.version.split('.').map(Number)
    const later = { ...manifest, version: `${major}.${minor}.${patch + 1}` }
    writeFileSync(join(copy, 'package.json'), JSON.stringify(later))
  }
}

beforeAll(async () => {
  project = await makeConsumerProject()
  mkdirSync(home('patched'), { recursive: true })
  installPatch()
  cpSync(join(fixture('copies'), 'application.mts'), home('application.mts'))
  cpSync(join(fixture('copies'), 'domain.ts'), home('domain.cts'))
  cpSync(join(fixture('copies'), 'domain.ts'), home('patched/domain.mts'))
}, 600_000)

afterAll(() => project.remove())

const options = ['--module', 'nodenext', '--target', 'es2022', '--lib', 'es2023', '--strict', '--skipLibCheck', 'false']
const nodeTypes = () => ['--typeRoots', project.tool('@types'), '--types', 'node']

it.each(['typescript-5.4', 'typescript', 'typescript-6', 'typescript-7'])(
  'is one program to %s',
  async (compiler) => {
    const parameters = [project.tool(`${compiler}/bin/tsc`), ...options, ...nodeTypes(), 'application.mts']
    expect(await runNode(home(), parameters)).toEqual({ code: 0, out: '', err: '' })
  },
  300_000,
)

it('is one program when it runs, each part with its own copy', async () => {
  const loaded = `
    const { createRequire } = await import('node:module')
    const paths = [
      import.meta.resolve('@foldlog/core'),
      createRequire(import.meta.url).resolve('@foldlog/core'),
      createRequire(new URL('patched/domain.mjs', import.meta.url)).resolve('@foldlog/core'),
    ]
    console.log(new Set(paths).size)`
  writeFileSync(home('copies.mjs'), loaded)
  expect(await runNode(home(), ['copies.mjs'])).toEqual({ code: 0, out: '3\n', err: '' })
  const { code, out, err } = await runNode(home(), ['application.mjs'])
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(JSON.parse(out)).toEqual({
    outcomes: [1, 'TakenAlready', 1, 'TakenAlready'],
    described: [
      { _tag: 'Right', right: 'seat: 1 by c-1' },
      { _tag: 'Right', right: 'bench: 1 by c-1' },
    ],
    views: [[['seat-1', { by: 'Ada' }]], [['bench-1', { by: 'Ada' }]]],
  })
}, 300_000)
