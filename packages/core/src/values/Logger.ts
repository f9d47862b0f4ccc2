import { UserCode } from './UserCode.ts'

/**
 * The log of a running part of foldlog. Every function takes a constant message and facts as separate values, and must
 * not throw.
 *
 * @category model
 * @since 0.1.0
 */
export interface Logger {
  readonly debug: (message: string, facts: Readonly<Record<string, unknown>>) => void
  readonly info: (message: string, facts: Readonly<Record<string, unknown>>) => void
  readonly warn: (message: string, facts: Readonly<Record<string, unknown>>) => void
  readonly error: (message: string, facts: Readonly<Record<string, unknown>>) => void
  /**
   * Loggers with this method, such as pino, take the facts first and would lose them: pass `Logger.pino(logger)`
   * instead. A JavaScript program that passes one directly gets the same.
   */
  readonly fatal?: undefined
}

/**
 * A logger that takes the facts before the message, as pino and bunyan do, and the `log` of Fastify.
 *
 * @category model
 * @since 0.1.0
 */
export interface FactsFirstLogger {
  readonly debug: (facts: object, message: string) => void
  readonly info: (facts: object, message: string) => void
  readonly warn: (facts: object, message: string) => void
  readonly error: (facts: object, message: string) => void
}

/**
 * A logger that prints its arguments, as `console` does.
 *
 * @category model
 * @since 0.1.0
 */
export interface PrintingLogger {
  readonly debug: (...parts: ReadonlyArray<unknown>) => void
  readonly info: (...parts: ReadonlyArray<unknown>) => void
  readonly warn: (...parts: ReadonlyArray<unknown>) => void
  readonly error: (...parts: ReadonlyArray<unknown>) => void
}

const byLevel = (make: (level: 'debug' | 'info' | 'warn' | 'error') => Logger['info']): Logger => ({
  debug: make('debug'),
  info: make('info'),
  warn: make('warn'),
  error: make('error'),
})

/**
 * Writes to pino, or to another logger that takes the facts before the message.
 *
 * @category constructors
 * @since 0.1.0
 */
const pino = (logger: FactsFirstLogger): Logger => byLevel((level) => (message, facts) => logger[level](facts, message))

/**
 * Writes to a console: the message, and the facts when there are some.
 *
 * @category constructors
 * @since 0.1.0
 */
const toConsole = (target: PrintingLogger): Logger =>
  byLevel((level) => (message, facts) => target[level](message, ...(Object.keys(facts).length > 0 ? [facts] : [])))

const discard = (): void => {}

/**
 * Discards every message.
 *
 * @category constants
 * @since 0.1.0
 */
const silent: Logger = { debug: discard, info: discard, warn: discard, error: discard }

/**
 * Wraps a logger so that its exceptions and rejections do not reach the caller. Every running part of foldlog wraps its
 * logger with this function: a log line that cannot be written must not undo, stop or repeat any work.
 *
 * @category combinators
 * @since 0.1.0
 */
const safe = (logger: Logger): Logger => {
  // JavaScript may pass what the type refuses, also what throws when it is read.
  const takesFactsFirst = UserCode.run('logger', () => typeof Reflect.get(Object(logger), 'fatal') === 'function')
  const isPino = takesFactsFirst._tag === 'Right' && takesFactsFirst.right
  // Its methods take the facts first.
  const target = isPino ? pino(logger as unknown as FactsFirstLogger) : logger
  return byLevel((level) => (message, facts) => {
    try {
      // An `async` function fits the type, too, and may reject.
      UserCode.absorb(target[level](message, facts))
    } catch (cause) {
      UserCode.absorb(cause)
      // The error cannot be reported: the logger itself has failed.
    }
  })
}

/**
 * Functions on {@link Logger}: `silent` is the default everywhere, `Logger.pino(pino())` and `Logger.console(console)`
 * write to these two.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Logger: {
  readonly silent: Logger
  readonly safe: (logger: Logger) => Logger
  readonly pino: (logger: FactsFirstLogger) => Logger
  readonly console: (target: PrintingLogger) => Logger
} = { silent, safe, pino, console: toConsole }
