/**
 * Reports output that cannot be written, because its disk is full, for example: a line on stderr, and the exit code 1
 * unless the program ends with another failure. Without this function the error ends the program in the middle of its
 * work. A reader that closes a pipe early is no failure: it has what it needs.
 *
 * Returns whether output was lost, for a program that sets its exit code at its end.
 *
 * @category combinators
 * @since 0.1.0
 */
export const reportLostOutput = (program: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'exitCode'>): (() => boolean) => {
  let lost = false
  program.stdout.on('error', (cause: NodeJS.ErrnoException) => {
    if (cause.code === 'EPIPE' || lost) return
    lost = true
    program.exitCode ||= 1
    program.stderr.write(`The output cannot be written: ${cause.message}\n`)
  })
  // There is no other place to report to.
  program.stderr.on('error', () => {
    program.exitCode ||= 1
  })
  return () => lost
}
