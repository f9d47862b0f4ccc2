import { Argument, InvalidArgumentError, Option } from 'commander'
import { either as E } from 'fp-ts'
import type * as t from 'io-ts'
import { AccountId } from '../account/AccountId.ts'
import { type Amount, Overdraft } from '../account/Cents.ts'
import type { BankHandler } from '../handlers/bankApplication.ts'
import { parseMoney } from '../report/parseMoney.ts'

// Throwing this error is how a parser reports a failure to commander, which catches it.
const expected = (what: string): never => {
  throw new InvalidArgumentError(`Expected ${what}.`)
}

/**
 * Parses an argument with a codec. `what` names the expected value for the user.
 *
 * @category constructors
 * @since 0.1.0
 */
export const parsed =
  <A>(codec: t.Decoder<unknown, A>, what: string) =>
  (text: string): A => {
    const decoded = codec.decode(text)
    return E.isRight(decoded) ? decoded.right : expected(what)
  }

const parseOverdraft = (text: string): Overdraft => {
  const overdraft = Overdraft.decode(text === 'none' ? 'unlimited' : /^\d+$/.test(text) ? Number(text) : undefined)
  return E.isRight(overdraft) ? overdraft.right : expected('an integer of at least 0, in 1/100 CZK, or none')
}

const parseAmount = (text: string): Amount =>
  parseMoney(text) ?? expected('an amount above zero, such as 12.50 or 1,234.50')

const parsePosition = (text: string): number => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : expected('a position'))

const parsePort = (text: string): number =>
  /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : expected('a port, 0 to 65535')

/**
 * The option for the database.
 *
 * @category constructors
 * @since 0.1.0
 */
export const database = (): Option =>
  new Option('--database <url>', 'a Postgres of your own instead of the one in .foldlog').env('FOLDLOG_DATABASE_URL')

/**
 * The option for the books of the sample.
 *
 * @category constructors
 * @since 0.1.0
 */
export const sample = (): Option => new Option('--sample', 'use the books of the sample').default(false)

/**
 * The option for an overdraft limit, with its default as a value and as text.
 *
 * @category constructors
 * @since 0.1.0
 */
export const overdraft = (value: Overdraft | 0, text: string): Option =>
  new Option('--overdraft <limit>', 'how far below zero an account may go, in 1/100 CZK, or none for no limit')
    .argParser(parseOverdraft)
    .default(value, text)

/**
 * The option for the port of a server.
 *
 * @category constructors
 * @since 0.1.0
 */
export const port = (): Option =>
  new Option('--port <port>', 'a loopback port, or 0 for a free one').argParser(parsePort).default(0, '0')

/**
 * An argument that is the number of an account.
 *
 * @category constructors
 * @since 0.1.0
 */
export const accountId = (name: string, about: string): Argument =>
  new Argument(`<${name}>`, about).argParser(parsed(AccountId, 'the number of an account'))

/**
 * An argument that is an amount of money.
 *
 * @category constructors
 * @since 0.1.0
 */
export const amount = (): Argument => new Argument('<amount>', 'in CZK, such as 12.50').argParser(parseAmount)

const handlers: ReadonlyArray<BankHandler> = ['accounts', 'transfers']

/**
 * An argument that is the name of a handler.
 *
 * @category constructors
 * @since 0.1.0
 */
export const handler = (name: string): Argument => new Argument(name, 'accounts or transfers').choices(handlers)

/**
 * An argument that is the name of a projection.
 *
 * @category constructors
 * @since 0.1.0
 */
export const projection = (): Argument => new Argument('<projection>', 'accounts').choices(['accounts'])

/**
 * An argument that is a position of the log.
 *
 * @category constructors
 * @since 0.1.0
 */
export const position = (name: string): Argument =>
  new Argument(name, 'the position of the event in the log').argParser(parsePosition)
