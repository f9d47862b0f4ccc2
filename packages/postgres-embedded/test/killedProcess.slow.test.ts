import { execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { EmbeddedPostgres } from '../src/index.ts'
import { signal, startOf } from '../src/internal/processes.ts'
import { directory, eventually, program, right } from './Program.ts'

/** The processes of one data directory, the watchdog's shell among them. */
const watchdogOf = (at: string): ReadonlyArray<number> =>
  execFileSync('ps', ['-ww', '-A', '-o', 'pid=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => line.includes(at) && line.includes('/bin/sh'))
    .map((line) => Number.parseInt(line, 10))

describe('a killed run', () => {
  it('leaves an orphan when its watchdog was killed too, and the next start stops the orphan', async () => {
    const at = directory()
    const one = program({ directory: at }, 'hold')
    const { pid } = await one.next()
    const guardians = watchdogOf(at)
    expect(guardians).toHaveLength(1)
    for (const guardian of guardians) signal(guardian, 'SIGKILL')
    one.child.kill('SIGKILL')
    await one.ended
    expect(startOf(Number(pid))).toBeDefined()
    const warned: Array<unknown> = []
    const logger = { info: () => {}, warn: (_: string, facts: unknown) => warned.push(facts) }
    const server = await right(EmbeddedPostgres.start({ directory: at, logger }))
    expect(warned).toEqual([expect.objectContaining({ pid })])
    expect(startOf(Number(pid))).toBeUndefined()
    expect(await right(server.createDatabase('alive'))).toContain('alive')
    await right(server.stop())
    expect(readdirSync(at)).not.toContain('users')
  })

  it('does not block a start when its process id was reused, and the other process stays untouched', async () => {
    const at = directory()
    await right((await right(EmbeddedPostgres.start({ directory: at }))).stop())
    const stranger = spawn('sleep', ['600'], { stdio: 'ignore' })
    try {
      const note = [stranger.pid, join(at, 'data'), 1, 5432, '', '127.0.0.1', '  1  1', 'ready', '']
      writeFileSync(join(at, 'data', 'postmaster.pid'), note.join('\n'))
      mkdirSync(join(at, 'users'))
      writeFileSync(join(at, 'users', `${stranger.pid}-1-00000000`), '')
      const server = await right(EmbeddedPostgres.start({ directory: at }))
      expect(server.pid).not.toBe(stranger.pid)
      await right(server.stop())
      expect(startOf(stranger.pid ?? 0)).toBeDefined()
    } finally {
      stranger.kill('SIGKILL')
    }
  })

  it('leaves nothing that looks like data when it was in the middle of the preparation', async () => {
    const at = directory()
    const cache = directory()
    // Killed as soon as the first files are there, first of the template, then of the copy.
    for (const place of [cache, at]) {
      const partial = (): string | undefined => readdirSync(place).find((name) => name.includes('.partial-'))
      const one = program({ directory: at, cache }, 'hold')
      await eventually('the preparation', () => {
        const name = partial()
        return name !== undefined && readdirSync(join(place, name)).length > 0
      })
      one.child.kill('SIGKILL')
      await one.ended
      expect(existsSync(join(at, 'data'))).toBe(false)
    }
    const server = await right(EmbeddedPostgres.start({ directory: at, cache }))
    expect(await right(server.createDatabase('whole'))).toContain('whole')
    await right(server.stop())
    expect([...readdirSync(at), ...readdirSync(cache)].filter((name) => name.includes('.partial-'))).toEqual([])
  })

  it('leaves a lock that blocks no other process', async () => {
    const at = directory()
    mkdirSync(join(at, 'lock'))
    writeFileSync(join(at, 'lock', '999999999-1-00000000'), '')
    // Our own process id, of an earlier process.
    writeFileSync(join(at, 'lock', `${process.pid}-1-00000000`), '')
    const server = await right(EmbeddedPostgres.start({ directory: at, durable: false }))
    await right(server.stop())
    expect(readdirSync(join(at, 'lock'))).toEqual([])
  })
})
