/**
 * Identifies a generation of an event handler, by the handler's name and the number of the generation. A handler begins
 * with generation 1; each rebuild adds a generation beside the serving one.
 *
 * @category model
 * @since 0.1.0
 */
export interface HandlerRef {
  readonly name: string
  readonly generation: number
}

/**
 * Identifies a partition of a handler, counted from 0. Each event belongs to one partition, and one process at a time
 * handles the events of a partition.
 *
 * @category model
 * @since 0.1.0
 */
export interface PartitionRef extends HandlerRef {
  readonly partition: number
}
