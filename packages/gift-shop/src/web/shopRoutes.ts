import type { Route } from '@foldlog/http'
import { accountRoutes } from './accountRoutes.ts'
import { giftCardRoutes } from './giftCardRoutes.ts'
import { orderRoutes } from './orderRoutes.ts'
import type { Web } from './Web.ts'

/**
 * All routes of the shop.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shopRoutes = (web: Web): ReadonlyArray<Route> => [
  ...accountRoutes(web),
  ...giftCardRoutes(web),
  ...orderRoutes(web),
]
