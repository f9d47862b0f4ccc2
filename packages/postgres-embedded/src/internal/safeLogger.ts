import type { Logger } from '../Logger.ts'

/** A logger that never throws: a line that cannot be written must not keep a server from starting. */
export const safeLogger = (logger: Logger | undefined): Logger => {
  const guarded =
    (level: keyof Logger): Logger['info'] =>
    (message, facts) => {
      try {
        // An `async` function fits the type, too, and may reject.
        const written: unknown = logger?.[level](message, facts)
        // Of another realm, it is no instance of this one's class.
        Promise.prototype.then.call(written, undefined, () => {})
      } catch {
        // The error cannot be reported: the logger itself has failed.
      }
    }
  return { info: guarded('info'), warn: guarded('warn') }
}
