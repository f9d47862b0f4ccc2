/**
 * How torture is run. `seconds`: how long faults strike; `naive`: with a reader that loses events; `forgetful`: on a server that says a commit is done
 * before it is on the disk. Both have to be found out.
 *
 * @category model
 * @since 0.1.0
 */
export interface Settings {
  readonly seconds: number
  readonly writers: number
  readonly seed: number
  readonly naive: boolean
  readonly forgetful: boolean
}
