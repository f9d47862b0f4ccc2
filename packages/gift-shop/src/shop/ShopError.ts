import type { AccountError } from '../account/Decisions.ts'
import type { GiftCardError } from '../giftCard/Decisions.ts'
import type { GiftCardId } from '../ids.ts'
import type { OrderError } from '../order/Decisions.ts'

/**
 * Why the shop refuses what a customer asks. `NoSuchGiftCard`: it has none with this id.
 *
 * @category errors
 * @since 0.1.0
 */
export type ShopError =
  | AccountError
  | GiftCardError
  | OrderError
  | { readonly _tag: 'NoSuchGiftCard'; readonly giftCardId: GiftCardId }
