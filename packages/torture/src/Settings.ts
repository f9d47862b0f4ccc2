/**
 * How torture is run. `seconds`: how long faults strike; `naive`: with readers that lose events.
 *
 * @category model
 * @since 0.1.0
 */
export interface Settings {
  readonly seconds: number
  readonly writers: number
  readonly seed: number
  readonly naive: boolean
}
