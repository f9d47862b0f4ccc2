import { describeError, type FoldlogError } from '@foldlog/core'
import { plain } from './output/plain.ts'

/** Why a command was not done. `Usage`: what was typed, or the configuration, is wrong. `Failed`: the rest. */
export type CliError =
  | { readonly _tag: 'Usage'; readonly why: string }
  | { readonly _tag: 'Failed'; readonly why: string }
  | FoldlogError

/** The exit codes, which docs/guides/operations.md explains. */
export const exitCodes = { done: 0, found: 1, usage: 2, unavailable: 3 } as const

export const usage = (why: string): CliError => ({ _tag: 'Usage', why })

export const failed = (why: string): CliError => ({ _tag: 'Failed', why })

export const codeOf = (error: CliError): number =>
  error._tag === 'Usage' || error._tag === 'InvalidInput'
    ? exitCodes.usage
    : error._tag === 'StoreUnavailable'
      ? exitCodes.unavailable
      : exitCodes.found

const hintOf = (error: CliError): string =>
  error._tag === 'StoreUnavailable' && /does not exist/.test(error.why)
    ? '\nHas the schema been created? foldlog-postgres migrate does it, and --schema names another one.'
    : ''

export const describeCliError = (error: CliError): string =>
  error._tag === 'Usage' || error._tag === 'Failed' ? error.why : `${plain(describeError(error))}${hintOf(error)}`
