import type { Overdraft } from '../account/Cents.ts'
import type { Entry } from '../account/Entry.ts'
import type { AccountEvent } from '../account/Events.ts'
import { money } from './money.ts'

/**
 * Formats a limit.
 *
 * @category destructors
 * @since 0.1.0
 */
export const describeLimit = (overdraft: Overdraft): string => (overdraft === 'unlimited' ? 'none' : money(overdraft))

const ofEntry = ({ channel, purpose, partner, heading, reference }: Entry): string =>
  [
    channel === 'internal' ? 'within the bank' : channel,
    ...(heading === 'withdrawal' ? ['booked as withdrawal'] : []),
    ...(typeof purpose === 'object' ? [`purpose ${JSON.stringify(purpose.other)}`] : []),
    ...(typeof purpose === 'string' && purpose !== 'unstated' ? [purpose] : []),
    ...(partner === null ? [] : [`partner ${partner.bank === '' ? '' : `${partner.bank}/`}${partner.account}`]),
    ...(reference === null ? [] : [`no. ${reference}`]),
  ].join(', ')

/**
 * An event of an account in words. The amount is in 1/100, signed, and absent when the event moves no money.
 *
 * @category model
 * @since 0.1.0
 */
export interface Described {
  readonly what: string
  readonly day: string
  readonly amount: number | undefined
  readonly about: string
}

const transfer = (
  what: string,
  amount: number,
  about: string,
  { transferId }: { readonly transferId: string },
): Described => ({ what, day: '', amount, about: `${about}, transfer ${transferId}` })

const signed = (entry: Entry): number => (entry.heading === 'income' ? entry.amount : -entry.amount)

/**
 * Describes an event of an account.
 *
 * @category destructors
 * @since 0.1.0
 */
export const describeEvent = ({ type, data }: AccountEvent): Described => {
  const plain = (what: string, about: string): Described => ({ what, day: '', amount: undefined, about })
  const entry = (what: string, of: Entry): Described => ({ what, day: of.date, amount: signed(of), about: ofEntry(of) })
  switch (type) {
    case 'AccountOpened':
      return plain('opened', `as ${data.name}, overdraft limit ${describeLimit(data.overdraft)}`)
    case 'AccountRenamed':
      return plain('renamed', `from ${data.from} to ${data.to}`)
    case 'AccountClosed':
      return plain('closed', '')
    case 'OverdraftChanged':
      return plain('limit changed', `from ${describeLimit(data.from)} to ${describeLimit(data.to)}`)
    case 'MoneyDeposited':
      return entry('deposited', data)
    case 'MoneyWithdrawn':
      return entry('withdrawn', data)
    case 'EntryDeclined':
      return entry(`declined: ${data.reason}`, data.entry)
    case 'TransferSent':
      return transfer('sent', -data.amount, `to ${data.to}`, data)
    case 'TransferNotSent':
      return transfer(`not sent: ${data.reason}`, -data.amount, `to ${data.to}`, data)
    case 'TransferReceived':
      return transfer('received', data.amount, `from ${data.from}`, data)
    case 'TransferNotReceived':
      return transfer(`not received: ${data.reason}`, data.amount, `from ${data.from}`, data)
    case 'TransferReturned':
      return transfer(`returned: ${data.reason}`, data.amount, `from ${data.to}`, data)
  }
}
