import type { Command } from 'commander'
import { type Tool, toolOf } from './Tool.ts'

/** The commands that only ask, by the words that call them: the tools of `foldlog mcp`. */
const questions: ReadonlyArray<string> = [
  'log',
  'streams',
  'stream',
  'event',
  'trace',
  'view',
  'try',
  'handlers',
  'lag',
  'parked list',
  'parked show',
  'timers list',
  'doctor',
  'verify',
  'contracts show',
  'operations',
]

const find = (program: Command, path: ReadonlyArray<string>): Command | undefined =>
  path.reduce<Command | undefined>((command, word) => command?.commands.find((one) => one.name() === word), program)

/** The tools of a program. */
export const toolsOf = (program: Command): ReadonlyArray<Tool> =>
  questions.flatMap((words) => {
    const path = words.split(' ')
    const command = find(program, path)
    return command === undefined ? [] : [toolOf(command, path)]
  })
