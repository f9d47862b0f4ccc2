import type { JsonRecord } from '@foldlog/core'
import type { Argument, Command, Option } from 'commander'
import { either as E } from 'fp-ts'
import { repeated } from '../arguments.ts'

/** A question of the command line as a tool of the Model Context Protocol. */
export interface Tool {
  readonly name: string
  readonly description: string
  readonly inputSchema: { readonly type: 'object' } & JsonRecord
  /** The arguments of the command for an input, or why the input is wrong. */
  readonly argumentsOf: (input: Readonly<Record<string, unknown>>) => E.Either<string, ReadonlyArray<string>>
}

/** Schemas by the name that the help gives a value; all other values are texts. */
const schemas: Readonly<Record<string, JsonRecord>> = {
  ...Object.fromEntries(
    ['number', 'position', 'positions', 'seconds', 'version'].map((name) => [name, { type: 'integer' }]),
  ),
  command: { type: 'object' },
}

/** The most that one question reads at once: an assistant may ask for a whole log, and the answer is in memory. */
const mostCount = 1_000

const isCount = (option: Option): boolean => ['count', 'sample'].includes(option.attributeName())

const valueName = ({ flags }: Option): string => /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1] ?? ''

const isFlag = ({ required, optional }: Option): boolean => !required && !optional

const isRepeated = ({ parseArg }: Option): boolean => parseArg === repeated

const schemaOfOption = (option: Option): JsonRecord => {
  const { description, argChoices } = option
  // `--no-views` is the property `views`.
  if (isFlag(option)) return { type: 'boolean', description: option.negate ? `false: ${description}` : description }
  const one = argChoices === undefined ? (schemas[valueName(option)] ?? { type: 'string' }) : { enum: argChoices }
  if (isRepeated(option)) return { type: 'array', items: one, description }
  return { ...one, ...(isCount(option) ? { maximum: mostCount } : undefined), description }
}

const schemaOfArgument = (argument: Argument): JsonRecord => ({
  ...(schemas[argument.name()] ?? { type: 'string' }),
  description: argument.description,
})

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** Values are attached to their options, so that none of them can be taken for another option. */
const optionTexts = (option: Option, value: unknown): ReadonlyArray<string> => {
  if (isFlag(option)) return value === !option.negate ? [`${option.long}`] : []
  const values = isRepeated(option) && Array.isArray(value) ? value : [value]
  return values.map((one) => `${option.long}=${textOf(one)}`)
}

/** Makes a tool of a command; `path` are the words that call it. */
export const toolOf = (command: Command, path: ReadonlyArray<string>): Tool => {
  const options = command.options.filter(({ long }) => long !== '--help')
  const parameters = command.registeredArguments
  const argumentsOf: Tool['argumentsOf'] = (input) => {
    // A client sends null for what it leaves out.
    const given = Object.entries(input).filter(([, value]) => value !== null && value !== undefined)
    const known = [...options.map((one) => one.attributeName()), ...parameters.map((one) => one.name())]
    const unknown = given.find(([name]) => !known.includes(name))
    if (unknown !== undefined) return E.left(`there is no ${JSON.stringify(unknown[0])}; known are ${known.join(', ')}`)
    const values = new Map(given)
    const positional = parameters.map((one) => values.get(one.name()))
    const missing = parameters.find((one, index) => one.required && positional[index] === undefined)
    if (missing !== undefined) return E.left(`${missing.name()} is missing`)
    const tooMany = options.find((one) => isCount(one) && Number(values.get(one.attributeName()) ?? 0) > mostCount)
    if (tooMany !== undefined) return E.left(`${tooMany.attributeName()} is at most ${mostCount}: ask several times`)
    return E.right([
      ...path,
      ...options.flatMap((one) => {
        const value = values.get(one.attributeName())
        return value === undefined ? [] : optionTexts(one, value)
      }),
      '--',
      ...positional.flatMap((value) => (value === undefined ? [] : [textOf(value)])),
    ])
  }
  return {
    name: path.join('_'),
    description: command.description(),
    inputSchema: {
      type: 'object',
      properties: Object.fromEntries([
        ...parameters.map((one) => [one.name(), schemaOfArgument(one)] as const),
        ...options.map((one) => [one.attributeName(), schemaOfOption(one)] as const),
      ]),
      required: [
        ...parameters.filter(({ required }) => required).map((one) => one.name()),
        ...options.filter(({ mandatory }) => mandatory).map((one) => one.attributeName()),
      ],
      additionalProperties: false,
    },
    argumentsOf,
  }
}
