import { OperationLog } from '@foldlog/operations'
import type { Command } from 'commander'
import { either as E } from 'fp-ts'
import { integer } from '../arguments.ts'
import { type Environment, runOnStore, type Work } from '../Run.ts'
import { eventTable } from '../render.ts'

const list =
  (count: number): Work =>
  ({ store, output }) =>
  async () => {
    const found = await OperationLog.list(store)(count)()
    return E.isLeft(found) ? found : E.right({ text: eventTable(found.right, output.width), json: found.right })
  }

/** The command that shows what operators did. */
export const addOperations = (program: Command, environment: Environment): void => {
  program
    .command('operations')
    .description('show what was done with these commands, by whom and why, the last first')
    .option('-n, --count <number>', 'at most so many events', integer(1), 50)
    .action(({ count }: { readonly count: number }, command: Command) => runOnStore(environment, command, list(count)))
}
