import type { LoadError } from '@foldlog/dispatcher'
import { function as F, taskEither as TE } from 'fp-ts'
import { account } from '../account/Service.ts'
import { giftCard } from '../giftCard/Service.ts'
import type { AccountId, GiftCardId, OrderId } from '../ids.ts'
import type { OrderCommand } from '../order/Decisions.ts'
import type { Quantity } from '../Quantity.ts'
import type { ShopError } from './ShopError.ts'
import type { ShopApplication } from './shopApplication.ts'

type RequestedCommand = TE.TaskEither<ShopError | LoadError, OrderCommand>

type Load = Pick<ShopApplication, 'load'>

/**
 * Finds an existing account by its events, so that no view has to contain it already. Accounts are never closed, so an
 * existing one still exists later.
 *
 * @category destructors
 * @since 0.1.0
 */
export const requireAccount = ({ load }: Load, accountId: AccountId): TE.TaskEither<ShopError | LoadError, AccountId> =>
  F.pipe(
    load(account, accountId),
    TE.filterOrElseW(
      ({ state }) => state.status === 'open',
      () => ({ _tag: 'NoSuchAccount' as const }),
    ),
    TE.map(() => accountId),
  )

/**
 * The command that creates an order of an existing account.
 *
 * @category constructors
 * @since 0.1.0
 */
export const createOrder = (
  { load }: Load,
  data: { readonly orderId: OrderId; readonly accountId: AccountId },
): RequestedCommand =>
  F.pipe(
    requireAccount({ load }, data.accountId),
    TE.map(() => ({ type: 'CreateOrder', data })),
  )

/**
 * The command that adds pieces of an existing gift card to an order, at its price. The price of a card never changes,
 * and no card is ever removed.
 *
 * @category constructors
 * @since 0.1.0
 */
export const addGiftCard = (
  { load }: Load,
  data: { readonly orderId: OrderId; readonly giftCardId: GiftCardId; readonly amount: Quantity },
): RequestedCommand =>
  F.pipe(
    load(giftCard, data.giftCardId),
    TE.chainW(
      ({ state }): RequestedCommand =>
        state.status === 'known'
          ? TE.right({ type: 'AddGiftCard', data: { ...data, price: state.price } })
          : TE.left({ _tag: 'NoSuchGiftCard', giftCardId: data.giftCardId }),
    ),
  )
