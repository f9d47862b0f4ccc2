import type { WorkerCommand } from '../WorkerConfig.ts'

/**
 * The commands of the coordinator.
 *
 * @category model
 * @since 0.1.0
 */
export interface CommandChannel {
  /** The position to reach before the end; undefined while there was no command to finish. */
  readonly finish: () => number | undefined
  /** The next requested transaction, each once. */
  readonly transaction: () => Extract<WorkerCommand, { readonly command: 'transaction' }> | undefined
}

/**
 * Reads the channel to the coordinator. A worker ends with its coordinator, however that ends: then the channel closes.
 *
 * @category constructors
 * @since 0.1.0
 */
const open = (): CommandChannel => {
  const transactions: Array<Extract<WorkerCommand, { readonly command: 'transaction' }>> = []
  const system = Date.now
  let finish: number | undefined
  process.on('disconnect', () => process.exit(0))
  process.on('message', (message) => {
    const command = message as WorkerCommand // Only the coordinator has the other end, and it sends nothing else.
    if (command.command === 'finish') finish = command.position
    else if (command.command === 'transaction') transactions.push(command)
    else Date.now = () => system() + command.milliseconds
  })
  return { finish: () => finish, transaction: () => transactions.shift() }
}

/**
 * Functions on {@link CommandChannel}.
 *
 * @category namespace
 * @since 0.1.0
 */
export const CommandChannel = { open } as const
