import type { AccountError } from '../account/Decisions.ts'
import type { GiftCardError } from '../giftCard/Decisions.ts'
import type { GiftCardId } from '../ids.ts'
import type { OrderError } from '../order/Decisions.ts'

/**
 * Why the shop rejects a request of a customer. `NoSuchGiftCard`: no gift card has this id.
 *
 * @category errors
 * @since 0.1.0
 */
export type ShopError =
  | AccountError
  | GiftCardError
  | OrderError
  | { readonly _tag: 'NoSuchGiftCard'; readonly giftCardId: GiftCardId }
