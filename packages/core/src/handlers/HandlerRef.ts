/**
 * A handler of events, by its name, and which of its generations. A handler begins with generation 1; each rebuild is one generation more, beside
 * the one that serves.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerRef {
  readonly name: string
  readonly generation: number
}

/**
 * One partition of a handler, from 0. Each event belongs to one of them, and the events of one partition are handled by one process at a time.
 *
 * @category model
 * @since 0.1.0
 */
export interface PartitionRef extends HandlerRef {
  readonly partition: number
}
