/**
 * The stored name of the event type that all candidates append.
 *
 * @category constants
 * @since 0.1.0
 */
export const eventType = 'MoneyDeposited'

/**
 * The data of every event: some 150 characters of JSON, like a line of a bank statement.
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
