import { LogFilter, makeWakeSignal } from '@foldlog/core/store'
import type { Command } from 'commander'
import { either as E } from 'fp-ts'
import { type FilterOptions, filterOf, integer, withFilter } from '../arguments.ts'
import { jsonText } from '../output/Output.ts'
import { writeText } from '../output/writeText.ts'
import { type Environment, runOnStore, type Work } from '../Run.ts'
import { eventLine } from '../render.ts'

interface TailOptions extends FilterOptions {
  readonly after?: number
  readonly count?: number
}

/** Milliseconds between two looks at a log that has reported nothing. */
const pollInterval = 1_000

/** Writes events as they are stored, in the order of the log, until the process is interrupted. */
const tail =
  (options: TailOptions, stdout: NodeJS.WritableStream): Work =>
  ({ store, output, signal, masks }) =>
  async () => {
    const filter = LogFilter.checkMatchable('filter')(filterOf(options))
    if (E.isLeft(filter)) return filter
    const end = options.after === undefined ? await store.settledPosition() : E.right(options.after)
    if (E.isLeft(end)) return end
    const appends = makeWakeSignal()
    const stopListening = store.onAppend(appends.notify)
    signal.addEventListener('abort', appends.notify)
    try {
      let left = options.count ?? Number.POSITIVE_INFINITY
      for (let after = end.right; !signal.aborted && left > 0; ) {
        const page = await store.readLog({ after, filter: filter.right, count: Math.min(left, 1_000) })()
        if (E.isLeft(page)) return page
        for (const event of page.right.events.map(masks.event))
          output.line(output.json ? jsonText(event) : eventLine(event))
        await writeText(stdout, '', signal)
        left -= page.right.events.length
        after = page.right.position
        if (page.right.end && left > 0) await appends.wait(pollInterval)
      }
    } finally {
      stopListening()
      signal.removeEventListener('abort', appends.notify)
    }
    return E.right(undefined)
  }

/** The command that follows the log. */
export const addTail = (program: Command, environment: Environment): void => {
  withFilter(program.command('tail').description('show events as they are stored, until ^C'))
    .option('--after <position>', 'begin after this position, 0 for the beginning; at the end when absent', integer(0))
    .option('-n, --count <number>', 'end after so many', integer(1))
    .action((options: TailOptions, command: Command) =>
      runOnStore(environment, command, tail(options, environment.process.stdout), 'finishes'),
    )
}
