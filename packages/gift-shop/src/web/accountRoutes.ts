import { readViewPage } from '@foldlog/hono-server'
import { function as F, taskEither as TE } from 'fp-ts'
import { AccountId, OrderId } from '../ids.ts'
import { createOrder, requireAccount } from '../shop/requests.ts'
import { type AccountView, accounts } from '../views/accounts.ts'
import { orders } from '../views/orders.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import { orderBody } from './orderRoutes.ts'
import { readView, shopRoute } from './Web.ts'

const bodyOf = (id: string, view: AccountView) => ({ account_id: id, ...view })

const handlers = [accounts.name]

const parameters = { account_id: AccountId }

/**
 * The routes of accounts, and of their orders.
 *
 * @category constructors
 * @since 0.1.0
 */
export const accountRoutes = [
  shopRoute.command({
    name: 'openAccount',
    summary: 'Opens an account.',
    path: '/accounts',
    body: RequestBodies.account,
    creates: parameters,
    location: '/accounts/{account_id}',
    description: 'The account is open.',
    handlers,
    to: ({ newId: accountId, body: { name } }) => ({ type: 'OpenAccount', data: { accountId, name } }),
  }),
  shopRoute.page({
    name: 'listAccounts',
    summary: 'Lists the accounts, a page at a time.',
    path: '/accounts',
    description: 'A page of accounts.',
    item: ResponseBodies.account,
    handlers,
    list: ({ page }, web) => readViewPage(web, accounts, page, bodyOf),
  }),
  shopRoute.query({
    name: 'showAccount',
    summary: 'Shows an account.',
    path: '/accounts/{account_id}',
    parameters,
    description: 'The account.',
    answer: ResponseBodies.account,
    versioned: true,
    handlers,
    handle: ({ parameters: { account_id: id } }, web) => readView(web, accounts, bodyOf)(id),
  }),
  shopRoute.command({
    name: 'deposit',
    summary: 'Deposits money into an account.',
    path: '/accounts/{account_id}/deposits',
    parameters,
    body: RequestBodies.deposit,
    description: 'The money is in the account.',
    errors: ['NoSuchAccount', 'TooMuchMoney'],
    handlers,
    to: ({ parameters: { account_id: accountId }, body: { amount } }) => ({
      type: 'Deposit',
      data: { accountId, amount },
    }),
  }),
  shopRoute.command({
    name: 'createOrder',
    summary: 'Creates an order of an account.',
    path: '/accounts/{account_id}/orders',
    parameters,
    creates: { order_id: OrderId },
    location: '/orders/{order_id}',
    description: 'The order is open.',
    errors: ['NoSuchAccount'],
    handlers: [orders.name],
    to: ({ newId: orderId, parameters: { account_id: accountId } }, web) => createOrder(web, { orderId, accountId }),
  }),
  shopRoute.page({
    name: 'listOrders',
    summary: 'Lists the orders of an account, a page at a time.',
    path: '/accounts/{account_id}/orders',
    parameters,
    description: 'A page of orders.',
    item: ResponseBodies.order,
    errors: ['NoSuchAccount', 'StreamDeleted'],
    handlers: [orders.name],
    list: ({ parameters: { account_id }, page }, web) =>
      F.pipe(
        requireAccount(web, account_id),
        TE.chainW(() => readViewPage(web, orders, page, orderBody, { account_id })),
      ),
  }),
]
