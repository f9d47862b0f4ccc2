import type { task as T } from 'fp-ts'

/**
 * What serves while an application runs, such as an HTTP server. `stop` ends when its last request is answered.
 *
 * @category model
 * @since 0.1.0
 */
export interface Serving {
  readonly stop: T.Task<unknown>
}
