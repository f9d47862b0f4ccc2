// What `foldlog mcp` makes of a command.
import { PassThrough } from 'node:stream'
import { describe, expect, it } from '@jest/globals'
import { Command } from 'commander'
import { consoleTo } from '../src/internal/mcp/consoleTo.ts'
import { toolOf } from '../src/internal/mcp/Tool.ts'

const tool = toolOf(new Command('log').option('-n, --count <number>', 'at most so many'), ['log'])

describe('a tool with a count', () => {
  it('says how much one question may read', () => {
    expect(tool.inputSchema).toMatchObject({ properties: { count: { type: 'integer', maximum: 1_000 } } })
    expect(tool.argumentsOf({ count: 1_000 })).toMatchObject({ _tag: 'Right' })
  })

  it.each([1_001, 1e9, '1000000000'])('refuses %j', (count) => {
    expect(tool.argumentsOf({ count })).toMatchObject({ left: expect.stringContaining('at most 1000') })
  })
})

it('sends the console to another stream while it serves', () => {
  const { console: output } = globalThis
  const { log } = output
  const stream = new PassThrough()
  const restore = consoleTo(stream)
  output.log('one')
  output.info('two')
  restore()
  expect(`${stream.read()}`).toBe('one\ntwo\n')
  expect(output.log).toBe(log)
})
