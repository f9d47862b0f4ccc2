import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { startOf } from '../src/internal/processes.ts'
import { directory, eventually, program } from './Program.ts'

const gone = (pid: unknown): Promise<void> =>
  eventually(`process ${String(pid)} ends`, () => startOf(Number(pid)) === undefined)

describe('a process that ends', () => {
  const at = directory()

  it.each([
    ['end', 0],
    ['exit', 4],
    ['throw', 1],
  ] as const)('ends its server after %s', async (then, code) => {
    const one = program({ directory: at }, then)
    const { pid } = await one.next()
    expect(await one.ended).toBe(code)
    await gone(pid)
    await eventually('a clean shutdown', () => !existsSync(join(at, 'data', 'postmaster.pid')))
    await eventually('no users', () => !existsSync(join(at, 'users')))
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGKILL'] as const)('ends its server after %s', async (name) => {
    const one = program({ directory: at }, 'hold')
    const { pid } = await one.next()
    one.child.kill(name)
    // The signal keeps its meaning: this package does not intercept it.
    expect(await one.ended).toBe(name)
    await gone(pid)
    await eventually('a clean shutdown', () => !existsSync(join(at, 'data', 'postmaster.pid')))
  })

  it('ends its server after the handlers of the application, which can still write', async () => {
    const one = program({ directory: at }, 'handle')
    const { pid } = await one.next()
    await one.next()
    one.child.kill('SIGTERM')
    expect(await one.next()).toMatchObject({ _tag: 'Right' })
    expect(await one.ended).toBe(0)
    await gone(pid)
  })

  it('ends at once after stop, which leaves no open handle', async () => {
    const one = program({ directory: at }, 'stop')
    const { pid } = await one.next()
    expect(await one.next()).toMatchObject({ _tag: 'Right' })
    expect(startOf(Number(pid))).toBeUndefined()
    expect(await one.ended).toBe(0)
  })
})
