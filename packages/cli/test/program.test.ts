import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from '@jest/globals'
import { runProgram } from '../src/internal/program.ts'
import { version } from '../src/internal/version.ts'

const directory = fileURLToPath(new URL('shop', import.meta.url))

/** Runs the program in this process, on a store in memory. */
const foldlog = async (args: ReadonlyArray<string>, signal = new AbortController().signal) => {
  let [out, err, code]: [string, string, number | undefined] = ['', '', undefined]
  const write = (to: (text: string) => void) => ({
    write: (text: string, done?: () => void) => {
      to(text)
      done?.()
      return true
    },
  })
  await runProgram(
    [...args, '--config', 'memory.config.mjs'],
    {
      process: {
        stdout: write((text) => {
          out += text
        }),
        stderr: write((text) => {
          err += text
        }),
        stdin: process.stdin,
      } as never, // What the program uses of it.
      variables: {},
      directory,
      user: 'ada',
      signal,
      setCode: (set) => {
        code = set
      },
    },
    version,
  )
  return { out, err, code }
}

describe('foldlog', () => {
  it('has the version of its package', () => {
    const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))
    expect(version).toBe(manifest.version)
  })

  it('asks the store of a configuration, and releases it', async () => {
    const { released } = await import('./shop/memory.config.mjs' as string)
    expect(await foldlog(['streams'])).toEqual({
      code: 0,
      err: '',
      out: 'stream  status  version  position  last event\ncart-a  open          2         2  1970-01-01T00:00:00.000Z\n',
    })
    expect(released).toHaveLength(1)
    const { out } = await foldlog(['log', '--json', '-n', '1'])
    expect(JSON.parse(out)).toMatchObject({ events: [{ position: 2, type: 'CheckedOut' }], position: 2, end: false })
    expect(await foldlog(['stream', 'cart-a', '--state'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('"tea": 2'),
    })
    expect(await foldlog(['doctor'])).toEqual({ code: 0, err: '', out: 'Nothing is wrong.\n' })
  })

  it('follows the log until it is interrupted', async () => {
    const interruption = new AbortController()
    const running = foldlog(['tail', '--after', '0', '--json'], interruption.signal)
    setTimeout(() => interruption.abort(), 50)
    const { out, code } = await running
    expect(code).toBe(0)
    expect(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).position),
    ).toEqual([1, 2])
  })

  // A new listener is called at once: with one for each wait, an idle command would read the log without a pause.
  it('listens once while it follows the log', async () => {
    const { calls } = await import('./shop/memory.config.mjs' as string)
    const interruption = new AbortController()
    let reads = 0
    calls.listeners = 0
    calls.reads.push(() => {
      reads++
      if (reads === 3) interruption.abort()
    })
    expect(await foldlog(['tail', '--after', '0'], interruption.signal)).toMatchObject({ code: 0 })
    expect({ reads, listeners: calls.listeners }).toEqual({ reads: 3, listeners: 1 })
  })

  it('verifies what is stored, and says what it would do', async () => {
    expect(await foldlog(['verify'])).toMatchObject({
      code: 0,
      out: expect.stringContaining('2 events in 1 streams: 0 holes, 0 undecodable'),
    })
    expect(await foldlog(['try', 'cart-a', '{"type":"CheckOut","data":{"cart":"a"}}'])).toMatchObject({
      code: 1,
      out: expect.stringContaining('rejected: "closed"'),
    })
  })

  it('stores an action with its reason, and who', async () => {
    expect(await foldlog(['resume', 'carts', '--why', 'a test'])).toMatchObject({
      code: 1,
      out: 'carts is not stopped.\n',
    })
    expect(await foldlog(['resume', 'carts'])).toMatchObject({ code: 2, err: expect.stringContaining('--why') })
    expect(await foldlog(['parked', 'discard', 'carts', '--why', 'x'])).toMatchObject({
      code: 2,
      err: expect.stringContaining('which events?'),
    })
  })

  it('is not understood, and says so in a sentence', async () => {
    for (const args of [['lagg'], ['log', '--count', 'x'], ['event', 'x'], ['trace']])
      expect(await foldlog(args)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(/\S/) })
    expect(await foldlog(['stream', 'other-1', '--state'])).toMatchObject({
      code: 2,
      err: 'foldlog: stream: no aggregate has the category "other"; known are cart\n',
    })
  })
})
