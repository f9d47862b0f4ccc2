/**
 * The stored name of the one type of event that everybody appends.
 *
 * @category constants
 * @since 0.1.0
 */
export const eventType = 'MoneyDeposited'

/**
 * What everybody puts into an event: some 150 characters of JSON, as a line of a bank statement has.
 *
 * @category constructors
 * @since 0.1.0
 */
export const payload = (amount: number) => ({
  amount,
  currency: 'CZK',
  day: '1993-07-14',
  purpose: 'household',
  partner: { bank: 'AB', account: '87144583' },
  text: 'standing order, paid in advance',
})
