import type { StreamName } from '@foldlog/core'
import { Masks, ScenarioText, StateHistory, ViewHistory, WhatIf } from '@foldlog/operations'
import { type Command, InvalidArgumentError } from 'commander'
import { either as E } from 'fp-ts'
import { integer, moment, stream as streamArgument } from '../arguments.ts'
import { exitCodes, usage } from '../CliError.ts'
import { jsonText } from '../output/Output.ts'
import { plain } from '../output/plain.ts'
import { type Environment, runOnStore, type Work } from '../Run.ts'
import { differenceLine } from '../render.ts'

interface ViewOptions {
  readonly at?: number | Date
  readonly count: number
}

const view =
  (handler: string, key: string, { at, count }: ViewOptions): Work =>
  ({ store, domain, output, masks }) =>
  async () => {
    const end = await store.settledPosition()
    if (E.isLeft(end)) return end
    const bar = output.progress(handler, end.right)
    const found = await ViewHistory.read(domain, store)(handler, key, { at, count, onProgress: bar.at })()
    bar.end()
    if (E.isLeft(found)) return found
    const shown = Masks.viewHistory(masks, handler)(found.right)
    const { steps, left, view: folded } = shown
    const lines = steps.flatMap(({ recorded, differences }) => [
      `${recorded.position}  ${recorded.stream} ${recorded.version}  ${recorded.type}  ${recorded.recordedAt.toISOString()}`,
      ...differences.map((one) => `   ${differenceLine(one)}`),
    ])
    const head = left === 0 ? [] : [`${left} earlier events are left out.`]
    return E.right({
      text: [...head, ...lines, folded === undefined ? 'No view.' : jsonText(folded)].map(plain).join('\n'),
      json: shown,
      code: folded === undefined ? exitCodes.found : exitCodes.done,
    })
  }

const json = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidArgumentError('It must be JSON, such as {"type":"Close","data":{"id":"17"}}.')
  }
}

interface TryOptions {
  readonly at?: number | Date
  readonly scenario?: string
}

const tryCommand =
  (stream: StreamName, command: unknown, { at, scenario }: TryOptions): Work =>
  ({ store, domain, masks }) =>
  async () => {
    const answer = await WhatIf.ask(domain, store)(stream, command, at)()
    if (E.isLeft(answer)) return answer
    const { version } = answer.right
    if (scenario !== undefined) {
      if (masks.hides) return E.left(usage('a scenario is made of data that is masked: say --unmasked'))
      if (version > 1_000)
        return E.left(usage('the scenario would have more than 1,000 events: name an earlier state with --at'))
      const past = version === 0 ? undefined : await StateHistory.steps(domain, store)(stream, { count: version })()
      if (past !== undefined && E.isLeft(past)) return past
      const given = (past?.right.steps ?? []).flatMap(({ decoding }) =>
        decoding._tag === 'Decoded' ? decoding.events : [],
      )
      // The command was decoded, so it has these two parts.
      const sent = command as { readonly type: string; readonly data: unknown }
      const text = ScenarioText.of(`${sent.type} at version ${version}`, scenario, given, sent, answer.right)
      return E.right({ text: text.trimEnd(), json: { text } })
    }
    const shown = Masks.whatIf(masks, domain, stream)(answer.right)
    const lines =
      shown._tag === 'Rejected'
        ? [`rejected: ${jsonText(shown.error)}`]
        : [...shown.events.map((one) => jsonText(one)), ...shown.differences.map((one) => `   ${differenceLine(one)}`)]
    return E.right({
      text: [`at version ${version}; nothing is stored`, ...lines].map(plain).join('\n'),
      json: shown,
      code: shown._tag === 'Rejected' ? exitCodes.found : exitCodes.done,
    })
  }

/** The commands that run the code of the application on what is stored, and store nothing. */
export const addDomain = (program: Command, environment: Environment): void => {
  program
    .command('view')
    .description('fold a view from its events: what made it, and what it was')
    .argument('<handler>', 'its projection')
    .argument('<key>', 'its key')
    .option('--at <position|time>', 'up to this position or time', moment)
    .option('-n, --count <number>', 'at most so many events', integer(1), 100)
    .action((handler: string, key: string, options: ViewOptions, command: Command) =>
      runOnStore(environment, command, view(handler, key, options)),
    )
  program
    .command('try')
    .description('ask the decider of a stream about a command; nothing is stored')
    .argument('<stream>', 'its name', streamArgument)
    .argument('<command>', 'JSON, such as {"type":"Close","data":{"id":"17"}}', json)
    .option('--at <version|time>', 'in the state at this version or time', moment)
    .option('--scenario <aggregate>', 'as a test, with this name of the aggregate')
    .action((name: StreamName, sent: unknown, options: TryOptions, command: Command) =>
      runOnStore(environment, command, tryCommand(name, sent, options)),
    )
}
