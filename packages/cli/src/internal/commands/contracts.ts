import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeUnknown } from '@foldlog/core'
import { type ContractChange, Contracts, type EventContract } from '@foldlog/operations'
import type { Command } from 'commander'
import { either as E } from 'fp-ts'
import type { FoldlogConfig } from '../../FoldlogConfig.ts'
import { type CliError, exitCodes, usage } from '../CliError.ts'
import { jsonText } from '../output/Output.ts'
import { table } from '../output/table.ts'
import { type ConfigWork, type Environment, runWithConfig } from '../Run.ts'
import { differenceLine } from '../render.ts'

const contractsOf = (config: FoldlogConfig): E.Either<CliError, ReadonlyArray<EventContract>> =>
  (config.aggregates ?? []).length === 0
    ? E.left(usage('the contracts are those of the aggregates in foldlog.config.ts, and there are none'))
    : E.right(Contracts.of(config))

const show: ConfigWork =
  (config, { output }) =>
  async () => {
    const contracts = contractsOf(config)
    if (E.isLeft(contracts)) return contracts
    const columns = [
      { title: 'category' },
      { title: 'event' },
      { title: 'version', align: 'right' },
      { title: 'written by' },
      { title: 'read by' },
    ] as const
    const rows = contracts.right.map((one) => [
      one.category,
      one.type,
      `${one.schemaVersion}`,
      one.isCurrent ? one.producers.join(', ') : 'nobody any more',
      one.consumers.join(', ') || 'nobody',
    ])
    return E.right({ text: table(columns, rows, output.width), json: contracts.right })
  }

const write =
  (directory: string): ConfigWork =>
  (config) =>
  async () => {
    const contracts = contractsOf(config)
    if (E.isLeft(contracts)) return contracts
    const document = Contracts.asyncApi(contracts.right, { title: config.title ?? 'application', version: '1' })
    try {
      mkdirSync(join(directory, 'schemas'), { recursive: true })
      writeFileSync(join(directory, 'contracts.json'), `${jsonText(contracts.right, 2)}\n`)
      writeFileSync(join(directory, 'asyncapi.json'), `${jsonText(document, 2)}\n`)
      for (const one of contracts.right)
        writeFileSync(
          join(directory, 'schemas', `${encodeURIComponent(Contracts.nameOf(one))}.json`),
          `${jsonText({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...one.schema }, 2)}\n`,
        )
    } catch (cause) {
      return E.left(usage(`${directory} cannot be written: ${describeUnknown(cause)}`))
    }
    return E.right({
      text: `${contracts.right.length} contracts are in ${directory}.`,
      json: { directory, contracts: contracts.right.length },
    })
  }

const describeChange = ({ _tag, contract, differences }: ContractChange): ReadonlyArray<string> => {
  const readers = contract.consumers.length === 0 ? '' : `, read by ${contract.consumers.join(', ')}`
  return [
    `${_tag.toLowerCase()}: ${Contracts.nameOf(contract)}${readers}`,
    ...differences.map((one) => `  ${differenceLine(one)}`),
  ]
}

const check =
  (file: string): ConfigWork =>
  (config, { output }) =>
  async () => {
    const contracts = contractsOf(config)
    if (E.isLeft(contracts)) return contracts
    const read = E.tryCatch((): unknown => JSON.parse(readFileSync(file, 'utf8')), describeUnknown)
    if (E.isLeft(read) || !Array.isArray(read.right))
      return E.left(
        usage(
          `${file} has no contracts, as foldlog contracts write makes them${E.isLeft(read) ? `: ${read.left}` : ''}`,
        ),
      )
    // Compared as JSON, which is what the file has.
    const now = JSON.parse(jsonText(contracts.right)) as ReadonlyArray<EventContract>
    // Written by this command.
    const changes = Contracts.changes(read.right as ReadonlyArray<EventContract>, now)
    for (const one of now)
      if (one.schema === null)
        output.problem(`${Contracts.nameOf(one)} is not compared: a part of its codec has no JSON Schema`)
    const broken = changes.filter(({ _tag }) => _tag !== 'Added')
    return E.right({
      text: changes.length === 0 ? 'No stored form has changed.' : changes.flatMap(describeChange).join('\n'),
      json: changes,
      code: broken.length === 0 ? exitCodes.done : exitCodes.found,
    })
  }

/** The commands about the stored forms of events. */
export const addContracts = (program: Command, environment: Environment): void => {
  const run = (command: Command, work: ConfigWork) => runWithConfig(environment, command, work)
  const contracts = program.command('contracts').description('who writes and reads which stored form of an event')
  contracts
    .command('show', { isDefault: true })
    .description('show them')
    .action((_: unknown, command: Command) => run(command, show))
  contracts
    .command('write')
    .description('write them as JSON Schema and AsyncAPI 3.1')
    .argument('<directory>')
    .action((directory: string, _: unknown, command: Command) => run(command, write(directory)))
  contracts
    .command('check')
    .description('fail when a stored form has changed its shape, or is gone, since they were written')
    .argument('<file>', 'contracts.json, as written')
    .action((file: string, _: unknown, command: Command) => run(command, check(file)))
}
