import { EventEmitter } from 'node:events'
import { reportLostOutput } from '@foldlog/hono-server'
import { describe, expect, it } from '@jest/globals'

/** The parts of a process, with an output that fails in this way. */
const failing = (code: string) => {
  const written: Array<string> = []
  const stdout = new EventEmitter()
  const stderr = Object.assign(new EventEmitter(), { write: (text: string) => written.push(text) })
  const program = { stdout, stderr, exitCode: undefined as number | undefined }
  const lost = reportLostOutput(program as never)
  const fail = () => stdout.emit('error', Object.assign(new Error(`${code}: no luck, write`), { code }))
  return { program, written, lost, fail, stderr }
}

describe('output that cannot be written', () => {
  it('is reported once, and the program goes on and ends with 1', () => {
    const { program, written, lost, fail } = failing('ENOSPC')
    fail()
    fail()
    expect([program.exitCode, lost(), written]).toEqual([1, true, [expect.stringContaining('ENOSPC')]])
  })

  it('is no failure when its reader has closed the pipe', () => {
    const { program, written, lost, fail } = failing('EPIPE')
    fail()
    expect([program.exitCode, lost(), written]).toEqual([undefined, false, []])
  })

  it('does not end the program when the report cannot be written either', () => {
    const { program, stderr } = failing('ENOSPC')
    stderr.emit('error', new Error('ENOSPC'))
    expect(program.exitCode).toBe(1)
  })
})
