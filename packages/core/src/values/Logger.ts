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
}

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
  const guarded =
    (level: keyof Logger): Logger['info'] =>
    (message, facts) => {
      try {
        // An `async` function fits the type, too, and may reject.
        UserCode.absorb(logger[level](message, facts))
      } catch (cause) {
        UserCode.absorb(cause)
        // The error cannot be reported: the logger itself has failed.
      }
    }
  return { debug: guarded('debug'), info: guarded('info'), warn: guarded('warn'), error: guarded('error') }
}

/**
 * Functions on {@link Logger}: `silent` is the default everywhere.
 *
 * @category namespace
 * @since 0.1.0
 */
export const Logger: { readonly silent: Logger; readonly safe: (logger: Logger) => Logger } = { silent, safe }
