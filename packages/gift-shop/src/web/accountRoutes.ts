import { readViewPage } from '@foldlog/hono-server'
import { orNotFound, Route } from '@foldlog/http'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { AccountId, OrderId } from '../ids.ts'
import { createOrder, requireAccount } from '../shop/requests.ts'
import { type AccountView, accounts } from '../views/accounts.ts'
import { orders } from '../views/orders.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import { orderBody } from './orderRoutes.ts'
import { answerCommand, answerRead, viewOf, type Web } from './Web.ts'

const accountIn = Route.parameter(AccountId, 'account_id')

const bodyOf = (id: string, view: AccountView) => ({ account_id: id, ...view })

/**
 * The routes of accounts, and of the orders that they have.
 *
 * @category constructors
 * @since 0.1.0
 */
export const accountRoutes = (web: Web): ReadonlyArray<Route> => {
  const { dispatcher } = web
  return [
    {
      method: 'POST',
      path: '/accounts',
      name: 'openAccount',
      summary: 'Opens an account.',
      isCommand: true,
      body: RequestBodies.account,
      responses: { 201: { description: 'It is open.', body: ResponseBodies.accountId } },
      errorStatuses: [400, 409, 412, 415],
      handle: (request) =>
        answerCommand(web, 'accounts')(
          request,
          RequestBodies.account,
          ({ body, newId }) =>
            (context) =>
              F.pipe(
                TE.fromEither(accountIn({ account_id: newId })),
                TE.chainW((accountId) =>
                  dispatcher.dispatch({ type: 'OpenAccount', data: { accountId, name: body.name } }, context),
                ),
              ),
          ({ newId }) => ({ status: 201, body: { account_id: newId }, location: `/accounts/${newId}` }),
        ),
    },
    {
      method: 'GET',
      path: '/accounts',
      name: 'listAccounts',
      summary: 'The accounts, a page at a time.',
      isCommand: false,
      query: { after: t.string },
      responses: { 200: { description: 'A page of accounts.', body: ResponseBodies.accounts } },
      errorStatuses: [400],
      handle: (request) => answerRead(web, 'accounts')(request, readViewPage(web, accounts, request, bodyOf)),
    },
    {
      method: 'GET',
      path: '/accounts/{account_id}',
      name: 'showAccount',
      summary: 'An account.',
      isCommand: false,
      responses: {
        200: { description: 'The account.', body: ResponseBodies.account },
        304: { description: 'As you have it.' },
      },
      errorStatuses: [400, 404],
      handle: (request, parameters) =>
        answerRead(web, 'accounts')(
          request,
          F.pipe(
            TE.fromEither(accountIn(parameters)),
            TE.chainW((id) =>
              F.pipe(
                viewOf(web, accounts)(id),
                TE.map(({ view, history }) => ({ body: bodyOf(id, view), version: view.version, history })),
              ),
            ),
          ),
        ),
    },
    {
      method: 'POST',
      path: '/accounts/{account_id}/deposits',
      name: 'deposit',
      summary: 'Brings money to an account.',
      isCommand: true,
      body: RequestBodies.deposit,
      responses: { 204: { description: 'It is there.' } },
      errorStatuses: [400, 404, 412, 415, 422],
      handle: (request, parameters) =>
        answerCommand(web, 'accounts')(
          request,
          RequestBodies.deposit,
          ({ body: { amount } }) =>
            (context) =>
              F.pipe(
                TE.fromEither(accountIn(parameters)),
                TE.chainW((accountId) =>
                  dispatcher.dispatch({ type: 'Deposit', data: { accountId, amount } }, context),
                ),
                orNotFound(`account ${parameters['account_id']}`),
              ),
          () => ({ status: 204 }),
        ),
    },
    {
      method: 'POST',
      path: '/accounts/{account_id}/orders',
      name: 'createOrder',
      summary: 'Begins an order of an account.',
      isCommand: true,
      responses: { 201: { description: 'It is open.', body: ResponseBodies.orderId } },
      errorStatuses: [400, 404, 412],
      handle: (request, parameters) =>
        answerCommand(web, 'orders')(
          request,
          RequestBodies.nothing,
          ({ newId }) =>
            (context) =>
              F.pipe(
                E.Do,
                E.bind('accountId', () => accountIn(parameters)),
                E.bindW('orderId', () => Route.parameter(OrderId, 'order_id')({ order_id: newId })),
                TE.fromEither,
                TE.chainW((data) => createOrder(dispatcher, data)(context)),
              ),
          ({ newId }) => ({ status: 201, body: { order_id: newId }, location: `/orders/${newId}` }),
        ),
    },
    {
      method: 'GET',
      path: '/accounts/{account_id}/orders',
      name: 'listOrders',
      summary: 'The orders of an account, a page at a time.',
      isCommand: false,
      query: { after: t.string },
      responses: { 200: { description: 'A page of orders.', body: ResponseBodies.orders } },
      errorStatuses: [400, 404],
      handle: (request, parameters) =>
        answerRead(web, 'orders')(
          request,
          F.pipe(
            TE.fromEither(accountIn(parameters)),
            TE.chainW((id) => requireAccount(dispatcher, id)),
            TE.chainW((id) => readViewPage(web, orders, request, orderBody, { account_id: id })),
          ),
        ),
    },
  ]
}
