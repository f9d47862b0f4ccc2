import { StreamName } from '@foldlog/core'
import { type WithJsonSchema, withJsonSchema } from '@foldlog/core/codecs'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'

/**
 * The brand of the number of an account.
 *
 * @category model
 * @since 0.1.0
 */
export interface AccountIdBrand {
  readonly AccountId: unique symbol
}

/**
 * The codec of {@link AccountId}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const AccountId: t.BrandC<t.StringC, AccountIdBrand> & WithJsonSchema = withJsonSchema(
  t.brand(
    t.string,
    (text): text is t.Branded<string, AccountIdBrand> => E.isRight(StreamName.make('account', text)),
    'AccountId',
  ),
  { type: 'string', minLength: 1 },
)

/**
 * The number of an account: a text that can name a stream. So every number in an event can be looked up, whether the
 * account exists or not.
 *
 * @category model
 * @since 0.1.0
 */
export type AccountId = t.TypeOf<typeof AccountId>
