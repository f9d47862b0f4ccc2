import { StreamName } from '@foldlog/core'
import { type WithJsonSchema, withJsonSchema } from '@foldlog/core/codecs'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/**
 * The brand of the number of a transfer.
 *
 * @category model
 * @since 0.1.0
 */
export interface TransferIdBrand {
  readonly TransferId: unique symbol
}

/**
 * The codec of {@link TransferId}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const TransferId: t.BrandC<t.StringC, TransferIdBrand> & WithJsonSchema = withJsonSchema(
  t.brand(
    t.string,
    // Handlers store the data of a transfer under a key with its number and other words: 400 characters leave room for
    // them.
    (text): text is t.Branded<string, TransferIdBrand> =>
      text.length <= 400 && E.isRight(StreamName.make('transfer', text)),
    'TransferId',
  ),
  { type: 'string', minLength: 1, maxLength: 400 },
)

/**
 * The number of a transfer: a text of at most 400 characters that can name a stream.
 *
 * @category model
 * @since 0.1.0
 */
export type TransferId = t.TypeOf<typeof TransferId>
