import { describe, expect, it } from '@jest/globals'
import { EmbeddedPostgres } from '../src/index.ts'
import { startOf } from '../src/internal/processes.ts'
import { directory, eventually, left, program, right } from './Program.ts'

describe('several users of one directory', () => {
  it('share one server, whichever starts it, until the last one ends', async () => {
    const at = directory()
    const all = Array.from({ length: 6 }, () => program({ directory: at, durable: false }, 'hold'))
    const servers = await Promise.all(all.map((one) => one.next()))
    const [pid, ...others] = servers.map((server) => Number(server['pid']))
    expect(new Set(others)).toEqual(new Set([pid]))
    expect(new Set(servers.map((server) => server['url'])).size).toBe(1)
    const ways = ['SIGINT', 'SIGTERM', 'SIGKILL', 'SIGKILL', 'SIGTERM'] as const
    for (const [index, way] of ways.entries()) {
      all[index]?.child.kill(way)
      await all[index]?.ended
    }
    const late = await right(EmbeddedPostgres.start({ directory: at, durable: false }))
    expect(late.pid).toBe(pid)
    all[5]?.child.kill('SIGTERM')
    await all[5]?.ended
    expect(await right(late.createDatabase('late'))).toContain('late')
    await right(late.stop())
    expect(startOf(late.pid)).toBeUndefined()
  })

  it('in one process count as several', async () => {
    const options = { directory: directory(), durable: false }
    const one = await right(EmbeddedPostgres.start(options))
    const two = await right(EmbeddedPostgres.start(options))
    expect(two.pid).toBe(one.pid)
    await right(one.stop())
    await right(one.stop())
    expect(await right(two.createDatabase('still'))).toContain('still')
    await right(two.stop())
    expect(startOf(two.pid)).toBeUndefined()
  })

  it('must agree on the settings, or get an error that names the process that runs the server', async () => {
    const at = directory()
    const one = program({ directory: at }, 'hold')
    const { pid, port } = await one.next()
    for (const other of [{ durable: false }, { postgresFlags: ['-c', 'work_mem=1MB'] }, { port: Number(port) + 1 }]) {
      const error = await left(EmbeddedPostgres.start({ directory: at, ...other }))
      expect(error).toMatchObject({ _tag: 'DirectoryInUse', holders: [one.child.pid] })
    }
    one.child.kill('SIGKILL')
    await one.ended
    await eventually('the server ends', () => startOf(Number(pid)) === undefined)
    await right((await right(EmbeddedPostgres.start({ directory: at, durable: false }))).stop())
  })

  it('never meet a server that is just stopping', async () => {
    const at = directory()
    for (let round = 0; round < 8; round += 1) {
      const one = program({ directory: at, durable: false }, 'hold')
      await one.next()
      one.child.kill('SIGKILL')
      const server = await right(EmbeddedPostgres.start({ directory: at, durable: false }))
      expect(await right(server.createDatabase(`round${round}`))).toContain('round')
      await right(server.stop())
    }
  })
})
