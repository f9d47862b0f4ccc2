import { Logger } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { pino } from 'pino'

const facts = { handler: 'mails', position: 7 }

const levels = ['debug', 'info', 'warn', 'error'] as const

/** A real pino, and the lines that it writes. */
const makePino = () => {
  const lines: Array<Record<string, unknown>> = []
  const logger = pino({ level: 'debug', base: null }, { write: (line) => lines.push(JSON.parse(line)) })
  return { logger, lines }
}

describe('Logger.pino', () => {
  it('writes the message and every fact', () => {
    const { logger, lines } = makePino()
    for (const level of levels) Logger.pino(logger)[level]('an event was parked', facts)
    expect(lines).toHaveLength(4)
    for (const line of lines) expect(line).toMatchObject({ msg: 'an event was parked', ...facts })
  })

  it('is asked for by the compiler, and used when JavaScript passes pino itself', () => {
    const { logger, lines } = makePino()
    // @ts-expect-error Pino takes the facts first.
    const direct: Logger = logger
    Logger.safe(direct).info('an event was parked', facts)
    expect(lines).toMatchObject([{ msg: 'an event was parked', ...facts }])
  })
})

describe('Logger.console', () => {
  it('prints the message, and the facts when there are some', () => {
    const printed: Array<ReadonlyArray<unknown>> = []
    const print =
      (level: string) =>
      (...parts: ReadonlyArray<unknown>): void => {
        printed.push([level, ...parts])
      }
    const log = Logger.console({
      debug: print('debug'),
      info: print('info'),
      warn: print('warn'),
      error: print('error'),
    })
    for (const level of levels) log[level]('parked', facts)
    log.info('started', {})
    expect(printed).toEqual([...levels.map((level) => [level, 'parked', facts]), ['info', 'started']])
    expect(Object.keys(Logger.console(console))).toEqual(levels)
  })
})
