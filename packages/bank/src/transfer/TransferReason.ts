import * as t from 'io-ts'

/**
 * The reason why an account declined a transfer. `no answer in time`: the transfer was abandoned before the account had
 * decided.
 *
 * @category codecs
 * @since 0.1.0
 */
export const TransferReason: t.KeyofC<{
  overdrawn: null
  'not open': null
  'out of range': null
  'no answer in time': null
}> = t.keyof({ overdrawn: null, 'not open': null, 'out of range': null, 'no answer in time': null })

/**
 * A reason; see the codec of the same name.
 *
 * @category model
 * @since 0.1.0
 */
export type TransferReason = t.TypeOf<typeof TransferReason>
