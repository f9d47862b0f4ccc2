import * as t from 'io-ts'

/**
 * The brand of a name.
 *
 * @category model
 * @since 0.1.0
 */
export interface NameBrand {
  readonly Name: unique symbol
}

/**
 * The codec of {@link Name}.
 *
 * @category codecs
 * @since 0.1.0
 */
export const Name: t.BrandC<t.StringC, NameBrand> = t.brand(
  t.string,
  (text): text is t.Branded<string, NameBrand> => text.trim() !== '' && text.length <= 200,
  'Name',
)

/**
 * A name of a person or a thing: a text that is not blank, of 200 characters at most.
 *
 * @category model
 * @since 0.1.0
 */
export type Name = t.TypeOf<typeof Name>
