import type { Logger } from '@foldlog/core'
import type { Output } from '../report/Output.ts'

/**
 * A logger that writes to the output of a command. `name` is the prefix of its lines.
 *
 * @category constructors
 * @since 0.1.0
 */
export const makeLogger = ({ line, problem }: Output, name: string): Logger => {
  const text = (message: string, facts: object) => `${name}: ${message} ${JSON.stringify(facts)}`
  return {
    debug: () => {},
    info: (message, facts) => line(text(message, facts)),
    warn: (message, facts) => problem(text(message, facts)),
    error: (message, facts) => problem(text(message, facts)),
  }
}
