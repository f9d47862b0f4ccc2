import type { Channel, Entry, Purpose } from '../account/Entry.ts'

/**
 * The bank's symbols for the purpose of an entry. Other texts are kept unchanged.
 *
 * @category model
 * @since 0.1.0
 */
export const purposes: ReadonlyMap<string, Purpose> = new Map<string, Purpose>([
  ['', 'unstated'],
  ['UROK', 'interest'],
  ['SANKC. UROK', 'penalty interest'],
  ['SLUZBY', 'fee'],
  ['SIPO', 'household'],
  ['DUCHOD', 'pension'],
  ['POJISTNE', 'insurance'],
  ['UVER', 'loan'],
])

/**
 * The operations of a type of transaction, and the channel of each.
 *
 * @category model
 * @since 0.1.0
 */
export type Operations = ReadonlyMap<string, Channel>

const incoming: Operations = new Map<string, Channel>([
  ['VKLAD', 'cash'],
  ['PREVOD Z UCTU', 'transfer'],
  ['', 'internal'],
])

const outgoing: Operations = new Map<string, Channel>([
  ['VYBER', 'cash'],
  ['VYBER KARTOU', 'card'],
  ['PREVOD NA UCET', 'transfer'],
  ['', 'internal'],
])

/**
 * The meaning of a type of transaction.
 *
 * @category model
 * @since 0.1.0
 */
export interface Heading {
  readonly heading: Entry['heading']
  readonly operations: Operations
}

/**
 * The bank's types of transaction: the heading of the entry, and its operations. Heading and channel together identify
 * the operation, so nothing is lost.
 *
 * @category model
 * @since 0.1.0
 */
export const headings: ReadonlyMap<string, Heading> = new Map<string, Heading>([
  ['PRIJEM', { heading: 'income', operations: incoming }],
  ['VYDAJ', { heading: 'expense', operations: outgoing }],
  ['VYBER', { heading: 'withdrawal', operations: outgoing }],
])
