import { accountRoutes } from './accountRoutes.ts'
import { giftCardRoutes } from './giftCardRoutes.ts'
import { orderRoutes } from './orderRoutes.ts'

/**
 * All routes of the shop.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shopRoutes = [...accountRoutes, ...giftCardRoutes, ...orderRoutes]
