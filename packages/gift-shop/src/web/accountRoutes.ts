import { commandRoute, createRoute, emptyBody, listRoute, showRoute } from '@foldlog/hono-server'
import { orNotFound, Route } from '@foldlog/http'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import { AccountId, OrderId } from '../ids.ts'
import { createOrder, requireAccount } from '../shop/requests.ts'
import { type AccountView, accounts } from '../views/accounts.ts'
import { orders } from '../views/orders.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import { orderBody } from './orderRoutes.ts'
import { readView, type Web } from './Web.ts'

const accountIn = Route.parameter(AccountId, 'account_id')

const bodyOf = (id: string, view: AccountView) => ({ account_id: id, ...view })

const views = [accounts.name]

const ownRoutes = (web: Web): ReadonlyArray<Route> => [
  createRoute(
    web,
    views,
  )({
    path: '/accounts',
    name: 'openAccount',
    summary: 'Opens an account.',
    codec: RequestBodies.account,
    errorStatuses: [],
    description: 'The account is open.',
    idName: 'account_id',
    idCodec: AccountId,
    collection: '/accounts',
    dispatch:
      (id, { body: { name } }) =>
      (context) =>
        F.pipe(
          TE.fromEither(accountIn({ account_id: id })),
          TE.chainW((accountId) =>
            web.dispatcher.dispatch({ type: 'OpenAccount', data: { accountId, name } }, context),
          ),
        ),
  }),
  listRoute(web)({
    path: '/accounts',
    name: 'listAccounts',
    summary: 'Lists the accounts, a page at a time.',
    description: 'A page of accounts.',
    body: ResponseBodies.accounts,
    projection: accounts,
    toItem: bodyOf,
  }),
  showRoute(
    web,
    views,
  )({
    path: '/accounts/{account_id}',
    name: 'showAccount',
    summary: 'Shows an account.',
    description: 'The account.',
    body: ResponseBodies.account,
    read: (parameters) => F.pipe(TE.fromEither(accountIn(parameters)), TE.chainW(readView(web, accounts, bodyOf))),
  }),
  commandRoute(
    web,
    views,
  )({
    path: '/accounts/{account_id}/deposits',
    name: 'deposit',
    summary: 'Deposits money into an account.',
    codec: RequestBodies.deposit,
    errorStatuses: [404, 410],
    success: { status: 204, description: 'The money is in the account.' },
    dispatch:
      ({ body: { amount } }, parameters) =>
      (context) =>
        F.pipe(
          TE.fromEither(accountIn(parameters)),
          TE.chainW((accountId) => web.dispatcher.dispatch({ type: 'Deposit', data: { accountId, amount } }, context)),
          orNotFound(`account ${parameters['account_id']}`),
        ),
  }),
]

const routesOfOrders = (web: Web): ReadonlyArray<Route> => [
  createRoute(web, [orders.name])({
    path: '/accounts/{account_id}/orders',
    name: 'createOrder',
    summary: 'Creates an order of an account.',
    codec: emptyBody,
    errorStatuses: [404, 410],
    description: 'The order is open.',
    idName: 'order_id',
    idCodec: OrderId,
    collection: '/orders',
    dispatch: (id, _, parameters) => (context) =>
      F.pipe(
        E.Do,
        E.bind('accountId', () => accountIn(parameters)),
        E.bindW('orderId', () => Route.parameter(OrderId, 'order_id')({ order_id: id })),
        TE.fromEither,
        TE.chainW((data) => createOrder(web.dispatcher, data)(context)),
      ),
  }),
  listRoute(web)({
    path: '/accounts/{account_id}/orders',
    name: 'listOrders',
    summary: 'Lists the orders of an account, a page at a time.',
    description: 'A page of orders.',
    body: ResponseBodies.orders,
    projection: orders,
    toItem: orderBody,
    within: (parameters) =>
      F.pipe(
        TE.fromEither(accountIn(parameters)),
        TE.chainW((id) => requireAccount(web.dispatcher, id)),
        TE.map((id) => ({ account_id: id })),
      ),
  }),
]

/**
 * The routes of accounts, and of their orders.
 *
 * @category constructors
 * @since 0.1.0
 */
export const accountRoutes = (web: Web): ReadonlyArray<Route> => [...ownRoutes(web), ...routesOfOrders(web)]
