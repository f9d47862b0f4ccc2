import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { openStore } from '../src/shop/openStore.ts'
import { describeStartupError, parsePort } from '../src/shop/startupErrors.ts'
import { build } from './web/Worker.ts'

beforeAll(build, 300_000)

describe('the port of the shop', () => {
  it.each([
    [undefined, 0],
    ['0', 0],
    ['65535', 65_535],
  ])('%s is %d', (asked, port) => expect(parsePort(asked)).toEqual(E.right(port)))

  it.each(['abc', '', '-1', '1.5', '65536', '8080 ', '0x50'])('"%s" is invalid', (asked) => {
    expect(parsePort(asked)).toEqual(E.left({ _tag: 'InvalidPort', asked }))
  })
})

describe('a shop that cannot open', () => {
  it('gives the reason in a sentence, without the password', async () => {
    const opened = await openStore('postgres://me:secret@[not an address', 'nowhere')()
    if (E.isRight(opened)) throw new Error('it opened')
    expect(describeStartupError(opened.left)).toMatch(/^FOLDLOG_DATABASE_URL must be the address/)
    expect(describeStartupError(opened.left)).not.toContain('secret')
    const taken = { _tag: 'PortUnavailable', port: 80, why: 'listen EACCES' } as const
    expect(describeStartupError(taken)).toBe('port 80 is not available: listen EACCES')
  })

  it('exits with 1 and one line when PORT is invalid, before it starts anything', async () => {
    const main = new URL('../dist/esm/main.js', import.meta.url).pathname
    const child = spawn(process.execPath, [main], { env: { ...process.env, NODE_OPTIONS: '', PORT: 'abc' } })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk))
    const [code] = await once(child, 'close')
    expect([code, output]).toEqual([1, 'The gift shop cannot open: PORT must be a number from 0 to 65535, is abc\n'])
  })
})
