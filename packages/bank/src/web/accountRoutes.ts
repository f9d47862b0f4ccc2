import type { DispatchError } from '@foldlog/dispatcher'
import { commandRoute, createRoute, emptyBody, listRoute, showRoute } from '@foldlog/hono-server'
import { type InfrastructureError, notFound, orNotFound, type RequestError, Route } from '@foldlog/http'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import type * as t from 'io-ts'
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

const views = [accountsTable.name]

/** A route that runs a command of the account in its path. */
const changeRoute = <A>(
  web: Web,
  route: Pick<Route, 'method' | 'path' | 'name' | 'summary' | 'errorStatuses'> & {
    readonly codec: t.Type<A, unknown>
    readonly command: (accountId: AccountId, body: A) => E.Either<NotFinished, AccountCommand>
  },
): Route => {
  const { command, ...described } = route
  return commandRoute(
    web,
    views,
  )<A>({
    ...described,
    success: { status: 204, description: 'Done.' },
    dispatch:
      ({ body }, parameters) =>
      (context) =>
        F.pipe(
          accountIn(parameters),
          E.chainW((id) => command(id, body)),
          TE.fromEither<WebError | RequestError | DispatchError, AccountCommand>,
          TE.chainW((one) => web.dispatcher.dispatch(one, context)),
          orNotFound(`account ${parameters['account_id']}`),
        ),
  })
}

const cashRoute = (web: Web, word: 'deposits' | 'withdrawals', type: 'Deposit' | 'Withdraw', summary: string): Route =>
  changeRoute(web, {
    method: 'POST',
    path: `/accounts/{account_id}/${word}`,
    name: type === 'Deposit' ? 'deposit' : 'withdraw',
    summary,
    errorStatuses: [404, 409, 410],
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
  listRoute(web)({
    path: '/accounts',
    name: 'listAccounts',
    summary: 'Lists the accounts, a page at a time.',
    description: 'A page of accounts.',
    body: ResponseBodies.accounts,
    projection: accountsTable,
    toItem: (id, view) => bodyOf(id, view.account),
  }),
  // Folded from its events, so that no handler has to have reached them.
  showRoute(
    web,
    [],
  )({
    path: '/accounts/{account_id}',
    name: 'showAccount',
    summary: 'Shows the current state of an account.',
    description: 'The account.',
    body: ResponseBodies.account,
    read: (parameters) =>
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
  }),
  createRoute(
    web,
    views,
  )({
    path: '/accounts',
    name: 'openAccount',
    summary: 'Opens an account.',
    codec: RequestBodies.opening,
    errorStatuses: [409, 410],
    description: 'The account is open.',
    idName: 'account_id',
    idCodec: AccountId,
    collection: '/accounts',
    idOf: ({ body, newId }) => body.account_id ?? newId,
    dispatch:
      (accountId, { body: { name, overdraft = noOverdraft } }) =>
      (context) =>
        web.dispatcher.dispatch({ type: 'OpenAccount', data: { accountId, name, overdraft } }, context),
  }),
  changeRoute(web, {
    method: 'PUT',
    path: '/accounts/{account_id}',
    name: 'renameAccount',
    summary: 'Renames an account.',
    errorStatuses: [404, 409, 410],
    codec: RequestBodies.renaming,
    command: (accountId, { name }) => E.right({ type: 'RenameAccount', data: { accountId, name } }),
  }),
  changeRoute(web, {
    method: 'DELETE',
    path: '/accounts/{account_id}',
    name: 'closeAccount',
    summary: 'Closes an account for good.',
    errorStatuses: [404, 409, 410],
    codec: emptyBody,
    command: (accountId) => E.right({ type: 'CloseAccount', data: { accountId } }),
  }),
  cashRoute(web, 'deposits', 'Deposit', 'Deposits money into an account.'),
  cashRoute(web, 'withdrawals', 'Withdraw', 'Withdraws money from an account.'),
]
