/**
 * A logger for the start and the end of a server. The logger of `@foldlog/core` fits; nothing of that package is
 * needed.
 *
 * @category model
 * @since 0.1.0
 */
export interface Logger {
  readonly info: (message: string, facts: Readonly<Record<string, unknown>>) => void
  readonly warn: (message: string, facts: Readonly<Record<string, unknown>>) => void
}
