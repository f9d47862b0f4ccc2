/**
 * What the dispatcher asks of an `AbortSignal`: any of them is one. Spelled out, so that no types of the DOM or of Node are needed to read it.
 *
 * @category model
 * @since 0.1.0
 */
export interface Signal {
  readonly aborted: boolean
  readonly addEventListener: (type: 'abort', listener: () => void) => void
  readonly removeEventListener: (type: 'abort', listener: () => void) => void
}
