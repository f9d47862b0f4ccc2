import { createReadStream, createWriteStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { finished } from 'node:stream/promises'
import { describeUnknown } from '@foldlog/core'
import { EventImport, ExportedEvent, type ImportedEvent } from '@foldlog/operations'
import { type Command, Option } from 'commander'
import { either as E } from 'fp-ts'
import { type FilterOptions, filterOf, integer, withFilter } from '../arguments.ts'
import { type CliError, failed } from '../CliError.ts'
import { jsonText } from '../output/Output.ts'
import { writeText } from '../output/writeText.ts'
import { type Environment, runOnStore, type Work } from '../Run.ts'

interface ExportOptions extends FilterOptions {
  readonly after: number
  readonly format: 'jsonl' | 'cloudevents'
  readonly source: string
  readonly out?: string
}

const exportEvents =
  ({ after: start, format, source, out, ...filter }: ExportOptions, stdout: NodeJS.WritableStream): Work =>
  ({ store, output, signal }) =>
  async () => {
    const end = await store.settledPosition()
    if (E.isLeft(end)) return end
    const bar = output.progress('export', out === undefined ? 0 : end.right - start)
    const lineOf = format === 'jsonl' ? ExportedEvent.of : ExportedEvent.toCloudEvent(source)
    const file = out === undefined ? undefined : createWriteStream(out)
    // A file that cannot be opened also fails the first write, which reports it.
    file?.on('error', () => {})
    let count = 0
    let after = start
    try {
      for (; after < end.right && !signal.aborted; ) {
        const page = await store.readLog({ after, filter: filterOf(filter), count: 1_000 })()
        if (E.isLeft(page)) return page
        // What is stored during the export is left out, so that it ends.
        const events = page.right.events.filter(({ position }) => position <= end.right)
        const lines = events.map((event) => `${jsonText(lineOf(event))}\n`).join('')
        if (lines !== '' && !(await writeText(file ?? stdout, lines, signal))) break
        count += events.length
        after = page.right.position
        bar.at(after - start)
        if (page.right.end) break
      }
      if (file !== undefined) {
        file.end()
        await finished(file)
      }
    } catch (cause) {
      return E.left(failed(`the export cannot be written: ${describeUnknown(cause)}`))
    } finally {
      bar.end()
    }
    if (signal.aborted && after < end.right)
      return E.left(failed(`interrupted after ${count} events; --after ${after} goes on`))
    return out === undefined
      ? E.right(undefined)
      : E.right({ text: `${count} events are in ${out}.`, json: { events: count, file: out } })
  }

const batchSize = 500

const importEvents =
  (file: string, stdin: NodeJS.ReadableStream): Work =>
  ({ store, signal }) =>
  async () => {
    const run = EventImport.run(store)
    const total = { stored: 0, present: 0 }
    let batch: Array<ImportedEvent> = []
    let number = 0
    const flush = async (): Promise<E.Either<CliError, void>> => {
      const done = await run(batch)()
      batch = []
      if (E.isLeft(done)) return done
      total.stored += done.right.stored
      total.present += done.right.present
      return E.right(undefined)
    }
    try {
      for await (const line of createInterface({ input: file === '-' ? stdin : createReadStream(file), signal })) {
        number++
        if (signal.aborted) break
        if (line.trim() === '') continue
        const event = ExportedEvent.parse(line)
        if (E.isLeft(event)) return E.left({ ...event.left, what: `line ${number}` })
        batch.push(event.right)
        if (batch.length < batchSize) continue
        const done = await flush()
        if (E.isLeft(done)) return done
      }
    } catch (cause) {
      return E.left(failed(`${file} cannot be read: ${describeUnknown(cause)}`))
    }
    const done = await flush()
    if (E.isLeft(done)) return done
    if (signal.aborted)
      return E.left(failed(`interrupted after ${total.stored + total.present} events; the import can be repeated`))
    return E.right({ text: `${total.stored} events are stored, ${total.present} were there already.`, json: total })
  }

/** The commands that carry events from store to store. */
export const addTransfer = (program: Command, environment: Environment): void => {
  withFilter(program.command('export').description('write events as lines of JSON, or as CloudEvents'))
    .option('--after <position>', 'begin after this position', integer(0), 0)
    .addOption(new Option('--format <format>', 'the form of a line').choices(['jsonl', 'cloudevents']).default('jsonl'))
    .option('--source <uri>', 'the source of CloudEvents', 'urn:foldlog')
    .option('--out <file>', 'into this file, on the standard output when absent')
    .action((options: ExportOptions, command: Command) =>
      runOnStore(environment, command, exportEvents(options, environment.process.stdout), 'finishes'),
    )
  program
    .command('import')
    .description('store the events of an export, under the same ids; an import that has failed can be repeated')
    .argument('<file>', 'the export, - for the standard input')
    .action((file: string, _: unknown, command: Command) =>
      runOnStore(environment, command, importEvents(file, environment.process.stdin), 'finishes'),
    )
}
