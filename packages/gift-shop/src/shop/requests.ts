import type { DispatchContext, DispatchError, Dispatched, LoadError } from '@foldlog/dispatcher'
import { function as F, taskEither as TE } from 'fp-ts'
import { account } from '../account/Service.ts'
import { giftCard } from '../giftCard/Service.ts'
import type { AccountId, GiftCardId, OrderId } from '../ids.ts'
import type { OrderEvent } from '../order/Events.ts'
import type { Quantity } from '../Quantity.ts'
import type { ShopError } from './ShopError.ts'
import type { ShopDispatcher } from './shopRuntime.ts'

type RequestResult = TE.TaskEither<ShopError | DispatchError | LoadError, Dispatched<OrderEvent>>

/**
 * Finds an existing account by its events, so that no view has to contain it already. Accounts are never closed, so an
 * existing one still exists later.
 *
 * @category destructors
 * @since 0.1.0
 */
export const requireAccount = (
  { load }: ShopDispatcher,
  accountId: AccountId,
): TE.TaskEither<ShopError | LoadError, AccountId> =>
  F.pipe(
    load(account, accountId),
    TE.filterOrElseW(
      ({ state }) => state.status === 'open',
      () => ({ _tag: 'NoSuchAccount' as const }),
    ),
    TE.map(() => accountId),
  )

/**
 * Creates an order of an existing account.
 *
 * @category combinators
 * @since 0.1.0
 */
export const createOrder =
  (dispatcher: ShopDispatcher, data: { readonly orderId: OrderId; readonly accountId: AccountId }) =>
  (context: DispatchContext): RequestResult =>
    F.pipe(
      requireAccount(dispatcher, data.accountId),
      TE.chainW((): RequestResult => dispatcher.dispatch({ type: 'CreateOrder', data }, context)),
    )

/**
 * Adds pieces of an existing gift card to an order, at its price. The price of a card never changes, and no card is
 * ever removed.
 *
 * @category combinators
 * @since 0.1.0
 */
export const addGiftCard =
  (
    { dispatch, load }: ShopDispatcher,
    data: { readonly orderId: OrderId; readonly giftCardId: GiftCardId; readonly amount: Quantity },
  ) =>
  (context: DispatchContext): RequestResult =>
    F.pipe(
      load(giftCard, data.giftCardId),
      TE.chainW(
        ({ state }): RequestResult =>
          state.status === 'known'
            ? dispatch({ type: 'AddGiftCard', data: { ...data, price: state.price } }, context)
            : TE.left({ _tag: 'NoSuchGiftCard', giftCardId: data.giftCardId }),
      ),
    )
