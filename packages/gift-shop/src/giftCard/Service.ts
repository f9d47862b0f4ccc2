import { Aggregate } from '@foldlog/core'
import { decideOnGiftCard, GiftCardCommand } from './Decisions.ts'
import { GiftCardEvent } from './Events.ts'
import { evolveGiftCard, initialGiftCard } from './Fold.ts'

/**
 * The gift cards of the shop, each a stream `giftCard-ID`; those of the first shop are `card-ID`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const giftCard = Aggregate.make({
  category: 'giftCard',
  formerCategories: ['card'],
  commands: GiftCardCommand,
  id: ({ data }) => data.giftCardId,
  decider: { initialState: initialGiftCard, evolve: evolveGiftCard, decide: decideOnGiftCard },
  events: GiftCardEvent,
})
