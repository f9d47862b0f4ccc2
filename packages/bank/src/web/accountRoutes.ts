import type { DispatchError } from '@foldlog/dispatcher'
import { readViewPage } from '@foldlog/hono-server'
import { Endpoints, type InfrastructureError, notFound, orNotFound, type RequestError, Route } from '@foldlog/http'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { AccountId } from '../account/AccountId.ts'
import type { Overdraft } from '../account/Cents.ts'
import type { AccountCommand } from '../account/Decisions.ts'
import type { OpenedAccount } from '../account/Fold.ts'
import { account } from '../account/Service.ts'
import { accountsTable } from '../books/accountsTable.ts'
import type { NotFinished } from '../books/BankError.ts'
import { cashCommand } from '../commands/cashCommand.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import type { Web, WebError } from './Web.ts'

const accountIn = Route.parameter(AccountId, 'account_id')

const bodyOf = (
  id: string,
  { status, name, balance, overdraft }: Pick<OpenedAccount, 'status' | 'name' | 'balance' | 'overdraft'>,
) => ({ account_id: id, status, name, balance, overdraft })

const noOverdraft = 0 as Overdraft // A safe integer from 0 up.

const views = ['accounts']

/** A route that asks something of an account that is named in its path. */
const asking = <A>(
  web: Web,
  route: Pick<Route, 'method' | 'path' | 'name' | 'summary' | 'errorStatuses'> & {
    readonly codec: t.Type<A, unknown>
    readonly command: (accountId: AccountId, body: A) => E.Either<NotFinished, AccountCommand>
  },
): Route => {
  const { codec, command, ...described } = route
  return {
    ...described,
    isCommand: true,
    ...(route.method === 'DELETE' ? undefined : { body: codec }),
    responses: { 204: { description: 'It is done.' } },
    handle: (request, parameters) =>
      Endpoints.command(web, views)(
        request,
        codec,
        ({ body }) =>
          (context) =>
            F.pipe(
              accountIn(parameters),
              E.chainW((id) => command(id, body)),
              TE.fromEither<WebError | RequestError | DispatchError, AccountCommand>,
              TE.chainW((one) => web.dispatcher.dispatch(one, context)),
              orNotFound(`account ${parameters['account_id']}`),
            ),
        () => ({ status: 204 }),
      ),
  }
}

const moving = (web: Web, word: 'deposits' | 'withdrawals', type: 'Deposit' | 'Withdraw', summary: string): Route =>
  asking(web, {
    method: 'POST',
    path: `/accounts/{account_id}/${word}`,
    name: type === 'Deposit' ? 'deposit' : 'withdraw',
    summary,
    errorStatuses: [400, 404, 409, 412, 415, 422],
    codec: RequestBodies.amount,
    command: (id, { amount }) => cashCommand(type, id, amount),
  })

/**
 * The routes of accounts.
 *
 * @category constructors
 * @since 0.1.0
 */
export const accountRoutes = (web: Web): ReadonlyArray<Route> => [
  {
    method: 'GET',
    path: '/accounts',
    name: 'listAccounts',
    summary: 'The accounts, a page at a time.',
    isCommand: false,
    query: { after: t.string },
    responses: { 200: { description: 'A page of accounts.', body: ResponseBodies.accounts } },
    errorStatuses: [400],
    handle: (request) =>
      Endpoints.read(web, views)(
        request,
        readViewPage(web, accountsTable, request, (id, view) => bodyOf(id, view.account)),
      ),
  },
  {
    method: 'GET',
    path: '/accounts/{account_id}',
    name: 'showAccount',
    summary: 'An account as it is now.',
    isCommand: false,
    responses: {
      200: { description: 'The account.', body: ResponseBodies.account },
      304: { description: 'As you have it.' },
    },
    errorStatuses: [400, 404],
    handle: (request, parameters) =>
      // Folded from its events: it needs no handler to have come so far.
      Endpoints.read(web, [])(
        request,
        F.pipe(
          TE.fromEither(accountIn(parameters)),
          TE.chainW((id) =>
            F.pipe(
              web.dispatcher.load(account, id),
              TE.chainW(({ state, version, history }) =>
                state.status === 'unopened'
                  ? TE.left<InfrastructureError>(notFound(`account ${id}`))
                  : TE.right({ body: bodyOf(id, state), version, history }),
              ),
            ),
          ),
        ),
      ),
  },
  {
    method: 'POST',
    path: '/accounts',
    name: 'openAccount',
    summary: 'Opens an account.',
    isCommand: true,
    body: RequestBodies.opening,
    responses: { 201: { description: 'It is open.', body: ResponseBodies.accountId } },
    errorStatuses: [400, 409, 412, 415],
    handle: (request) =>
      Endpoints.command(web, views)(
        request,
        RequestBodies.opening,
        ({ body, newId }) =>
          (context) => {
            const { name, account_id: accountId = newId, overdraft = noOverdraft } = body
            return web.dispatcher.dispatch({ type: 'OpenAccount', data: { accountId, name, overdraft } }, context)
          },
        ({ body: { account_id: id }, newId }) => ({
          status: 201,
          body: { account_id: id ?? newId },
          location: `/accounts/${encodeURIComponent(id ?? newId)}`,
        }),
      ),
  },
  asking(web, {
    method: 'PUT',
    path: '/accounts/{account_id}',
    name: 'renameAccount',
    summary: 'Gives an account another name.',
    errorStatuses: [400, 404, 409, 412, 415],
    codec: RequestBodies.renaming,
    command: (accountId, { name }) => E.right({ type: 'RenameAccount', data: { accountId, name } }),
  }),
  asking(web, {
    method: 'DELETE',
    path: '/accounts/{account_id}',
    name: 'closeAccount',
    summary: 'Closes an account, for good.',
    errorStatuses: [400, 404, 409, 412],
    codec: RequestBodies.nothing,
    command: (accountId) => E.right({ type: 'CloseAccount', data: { accountId } }),
  }),
  moving(web, 'deposits', 'Deposit', 'Brings money to an account.'),
  moving(web, 'withdrawals', 'Withdraw', 'Takes money from an account.'),
]
