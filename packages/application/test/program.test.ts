import { EventEmitter } from 'node:events'
import { Interruption, type ProgramProcess, runProgram } from '@foldlog/application'
import { Logger } from '@foldlog/core'
import { describe, expect, it, jest } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'

/** A process that can be interrupted here, and that only notes its end. */
const makeProcess = () => {
  const signals = new EventEmitter()
  const exits: Array<number> = []
  const program: ProgramProcess = {
    on: (name, listener) => signals.on(name, listener),
    exit: (code) => void exits.push(code),
  }
  return { program, exits, send: (name: 'SIGINT' | 'SIGTERM') => void signals.emit(name) }
}

describe('an interruption', () => {
  it('is that of the first signal, with the exit code of a shell', () => {
    const { program, exits, send } = makeProcess()
    const { signal, exitCode } = Interruption.of(program)
    expect([signal.aborted, exitCode()]).toEqual([false, undefined])
    send('SIGTERM')
    expect([signal.aborted, exitCode()]).toEqual([true, 143])
    // A terminal and npm both send theirs: it counts as one.
    send('SIGINT')
    expect([exits, exitCode()]).toEqual([[], 143])
  })

  it('that is repeated later ends the process at once', () => {
    const { program, exits, send } = makeProcess()
    const now = jest.spyOn(performance, 'now').mockReturnValue(1_000)
    Interruption.of(program)
    send('SIGINT')
    now.mockReturnValue(1_600)
    send('SIGINT')
    now.mockRestore()
    expect(exits).toEqual([130])
  })
})

describe('a program', () => {
  const open = () => {
    const { program, send } = makeProcess()
    const logged: Array<unknown> = []
    const logger: Logger = { ...Logger.silent, error: (message, facts) => void logged.push([message, facts]) }
    const run = (work: Parameters<typeof runProgram>[2]) => runProgram(program, logger, work)()
    return { run, send, ended: () => ({ code: program.exitCode, logged }) }
  }

  it('ends with its work, which a signal aborts', async () => {
    const { run, send, ended } = open()
    await run((signal) => () => {
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))
      send('SIGTERM')
      return aborted.then(E.right)
    })
    expect(ended()).toEqual({ code: undefined, logged: [] })
  })

  it('logs an error of its work as a sentence, and ends with 1', async () => {
    const unavailable = { _tag: 'PortUnavailable', port: 80, why: 'listen EACCES' } as const
    const { run, ended } = open()
    await run(() => TE.left(unavailable))
    expect(ended()).toEqual({
      code: 1,
      logged: [['the program has failed', { why: 'listen EACCES' }]],
    })
  })
})
