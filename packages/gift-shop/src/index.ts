/**
 * The example gift shop: accounts, gift cards and orders as plain functions, and the server that runs them.
 *
 * @since 0.1.0
 */
export * from './account/Decisions.ts'
export * from './account/Events.ts'
export * from './account/Fold.ts'
export * from './account/Service.ts'
export * from './giftCard/Decisions.ts'
export * from './giftCard/Events.ts'
export * from './giftCard/Fold.ts'
export * from './giftCard/Service.ts'
export * from './ids.ts'
export * from './Money.ts'
export * from './Name.ts'
export * from './order/Decisions.ts'
export * from './order/Events.ts'
export * from './order/Fold.ts'
export * from './order/Process.ts'
export * from './order/Service.ts'
export * from './Quantity.ts'
export * from './Reason.ts'
export * from './Reservation.ts'
export * from './shop/ShopStore.ts'
export * from './shop/startShop.ts'
export * from './views/accounts.ts'
export * from './views/giftCards.ts'
export * from './views/orders.ts'
