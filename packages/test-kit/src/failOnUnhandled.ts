/**
 * The hooks of a test runner.
 *
 * @category model
 * @since 0.1.0
 */
export interface TestHooks {
  readonly beforeEach: (hook: () => void) => void
  readonly afterEach: (hook: () => Promise<void>) => void
}

/**
 * Fails each test of a suite in which Node sees an unhandled rejection, which would end a process:
 * `failOnUnhandled({ beforeEach, afterEach })`.
 *
 * @category combinators
 * @since 0.1.0
 */
export const failOnUnhandled = ({ beforeEach, afterEach }: TestHooks): void => {
  let unhandled = 0
  const onUnhandled = (): void => {
    unhandled++
  }
  // Jest's own listener reads the reason of a rejection, which throws for odd values.
  const others = process.listeners('unhandledRejection')

  beforeEach(() => {
    unhandled = 0
    process.removeAllListeners('unhandledRejection')
    process.on('unhandledRejection', onUnhandled)
  })
  afterEach(async () => {
    // Node reports unhandled rejections after the microtasks of a turn.
    await new Promise((resolve) => setTimeout(resolve, 0))
    process.off('unhandledRejection', onUnhandled)
    for (const listener of others) process.on('unhandledRejection', listener)
    if (unhandled > 0) throw new Error(`${unhandled} unhandled rejections`)
  })
}
