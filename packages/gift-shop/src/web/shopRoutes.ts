import type { JsonRecord } from '@foldlog/core'
import { OpenApi, type Route } from '@foldlog/http'
import { accountRoutes } from './accountRoutes.ts'
import { giftCardRoutes } from './giftCardRoutes.ts'
import { schemas } from './httpCodecs.ts'
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

/**
 * The OpenAPI document about routes of the shop.
 *
 * @category constructors
 * @since 0.1.0
 */
export const shopDocument = (routes: ReadonlyArray<Route>): JsonRecord =>
  OpenApi.make(
    {
      title: 'Gift shop',
      version: '0.1.0',
      description: 'Accounts with money, gift cards with stock, and orders that bring both together.',
      schemas,
    },
    routes,
  )
