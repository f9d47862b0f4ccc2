import type { DispatchError } from '@foldlog/dispatcher'
import { existing, Front, notFound, type RequestError, Route, type WayError } from '@foldlog/http'
import { pageOf } from '@foldlog/serving'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { AccountId } from '../account/AccountId.ts'
import type { Overdraft } from '../account/Cents.ts'
import type { AccountCommand } from '../account/Decisions.ts'
import type { OpenedAccount } from '../account/Fold.ts'
import { account } from '../account/Service.ts'
import { accountsTable } from '../books/accountsTable.ts'
import type { NotFinished } from '../books/BankError.ts'
import { counterCommand } from '../commands/counterCommand.ts'
import type { Web, WebError } from './Web.ts'
import { Answers, Bodies } from './wire.ts'

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
  route: Pick<Route, 'method' | 'path' | 'name' | 'summary' | 'problems'> & {
    readonly codec: t.Type<A, unknown>
    readonly command: (accountId: AccountId, body: A) => E.Either<NotFinished, AccountCommand>
  },
): Route => {
  const { codec, command, ...described } = route
  return {
    ...described,
    changes: true,
    ...(route.method === 'DELETE' ? undefined : { body: codec }),
    answers: { 204: { description: 'It is done.' } },
    handle: (request, parameters) =>
      Front.command(web, views)(
        request,
        codec,
        ({ body }) =>
          (context) =>
            F.pipe(
              accountIn(parameters),
              E.chainW((id) => command(id, body)),
              TE.fromEither<WebError | RequestError | DispatchError, AccountCommand>,
              TE.chainW((one) => web.dispatcher.dispatch(one, context)),
              existing(`account ${parameters['account_id']}`),
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
    problems: [400, 404, 409, 412, 415, 422],
    codec: Bodies.amount,
    command: (id, { amount }) => counterCommand(type, id, amount),
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
    changes: false,
    query: { after: t.string },
    answers: { 200: { description: 'A page of accounts.', body: Answers.accounts } },
    problems: [400],
    handle: (request) =>
      Front.read(web, views)(
        request,
        pageOf(web, accountsTable, request, (id, view) => bodyOf(id, view.account)),
      ),
  },
  {
    method: 'GET',
    path: '/accounts/{account_id}',
    name: 'showAccount',
    summary: 'An account as it is now.',
    changes: false,
    answers: { 200: { description: 'The account.', body: Answers.account }, 304: { description: 'As you have it.' } },
    problems: [400, 404],
    handle: (request, parameters) =>
      // Folded from its events: it needs no handler to have come so far.
      Front.read(web, [])(
        request,
        F.pipe(
          TE.fromEither(accountIn(parameters)),
          TE.chainW((id) =>
            F.pipe(
              web.dispatcher.load(account, id),
              TE.chainW(({ state, version, history }) =>
                state.status === 'unopened'
                  ? TE.left<WayError>(notFound(`account ${id}`))
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
    changes: true,
    body: Bodies.opening,
    answers: { 201: { description: 'It is open.', body: Answers.accountId } },
    problems: [400, 409, 412, 415],
    handle: (request) =>
      Front.command(web, views)(
        request,
        Bodies.opening,
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
    problems: [400, 404, 409, 412, 415],
    codec: Bodies.renaming,
    command: (accountId, { name }) => E.right({ type: 'RenameAccount', data: { accountId, name } }),
  }),
  asking(web, {
    method: 'DELETE',
    path: '/accounts/{account_id}',
    name: 'closeAccount',
    summary: 'Closes an account, for good.',
    problems: [400, 404, 409, 412],
    codec: Bodies.nothing,
    command: (accountId) => E.right({ type: 'CloseAccount', data: { accountId } }),
  }),
  moving(web, 'deposits', 'Deposit', 'Brings money to an account.'),
  moving(web, 'withdrawals', 'Withdraw', 'Takes money from an account.'),
]
