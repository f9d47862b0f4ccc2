import { failOnUnhandled, OddValues, oddNames } from '@foldlog/test-kit'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { EmbeddedPostgres } from '../src/index.ts'
import { readOptions } from '../src/internal/readOptions.ts'
import { safeLogger } from '../src/internal/safeLogger.ts'

// Every option gets every kind of JavaScript value. A wrong value is refused with the name of the option, before
// anything is started, and nothing is thrown.

failOnUnhandled({ beforeEach, afterEach })

/** A value. When it is a promise, its rejection is handled. */
const odd = (name: string): unknown => {
  const value = OddValues[name]?.()
  try {
    Promise.prototype.then.call(value, undefined, () => {})
  } catch {
    // It is no promise.
  }
  return value
}

const texts = ['a text', 'a text of digits', 'a long text', 'half a surrogate pair']

/** The odd values that an option can have. Each option but the directory may be undefined. */
const accepted: Readonly<Record<string, ReadonlyArray<string>>> = {
  directory: texts,
  cache: texts,
  user: texts,
  durable: ['true'],
  port: [],
  postgresFlags: ['an empty list'],
  logger: [],
}

const isAccepted = (option: string, name: string): boolean =>
  accepted[option]?.includes(name) === true || (name === 'undefined' && option !== 'directory')

describe('an option of an embedded server', () => {
  it('is refused with its name when its value is of another kind', async () => {
    for (const option of Object.keys(accepted))
      for (const name of oddNames.filter((one) => !isAccepted(option, one))) {
        const options = { directory: '/never-started', [option]: odd(name) } as never
        const refused = await EmbeddedPostgres.start(options)()
        const message = E.isLeft(refused) && refused.left._tag === 'InvalidOption' ? refused.left.message : 'accepted'
        if (!message.startsWith(`The option ${option} must be `)) throw new Error(`${option}, ${name}: ${message}`)
        if (option === 'directory') continue
        const temporary = await EmbeddedPostgres.temporary({ [option]: odd(name) } as never)()
        if (E.isRight(temporary)) throw new Error(`${option}, ${name}: a temporary server was started`)
      }
  })

  it('is accepted when its value is of its kind', () => {
    for (const option of Object.keys(accepted))
      for (const name of oddNames.filter((one) => isAccepted(option, one)))
        expect([name, readOptions({ directory: 'd', [option]: odd(name) }, 'directory')]).toMatchObject([
          name,
          { _tag: 'Right' },
        ])
    const logger = { info: () => {}, warn: () => {} }
    expect(readOptions({ logger, port: 5432, postgresFlags: ['-c', 'a=1'], durable: false })).toMatchObject({
      right: { logger, port: 5432, postgresFlags: ['-c', 'a=1'], durable: false },
    })
  })

  it('is not empty, and has no NUL, when it is a name or a path', async () => {
    for (const option of ['directory', 'cache', 'user'])
      for (const wrong of ['', 'a\0b'])
        expect(await EmbeddedPostgres.start({ directory: '/never-started', [option]: wrong })()).toMatchObject({
          left: { _tag: 'InvalidOption', option },
        })
    const flags = await EmbeddedPostgres.start({ directory: '/never-started', postgresFlags: ['-c\0'] })()
    expect(flags).toMatchObject({ left: { option: 'postgresFlags' } })
  })

  it('may be missing only in an object', async () => {
    // An object without options: all of them are absent.
    const objects = oddNames.filter((name) => typeof odd(name) === 'object' && name !== 'null')
    for (const name of oddNames) {
      const started = await EmbeddedPostgres.start(odd(name) as never)()
      const option = objects.includes(name) ? 'directory' : 'options'
      expect([name, started]).toMatchObject([name, { left: { _tag: 'InvalidOption' } }])
      if (name !== 'a proxy that refuses everything' && !name.startsWith('a revoked'))
        expect([name, started]).toMatchObject([name, { left: { option } }])
      if (objects.includes(name) || name === 'undefined') continue
      expect(await EmbeddedPostgres.temporary(odd(name) as never)()).toMatchObject({ left: { option: 'options' } })
    }
  })
})

describe('a logger of an embedded server', () => {
  it('changes nothing, whatever it returns or throws', async () => {
    for (const name of oddNames) {
      const returning = () => OddValues[name]?.() as never
      const throwing = () => {
        throw odd(name)
      }
      const rejecting = async () => odd(name) as never
      for (const call of [returning, throwing, rejecting]) {
        const logger = safeLogger({ info: call, warn: call })
        logger.info('a line', {})
        logger.warn('a line', {})
      }
    }
  })
})
