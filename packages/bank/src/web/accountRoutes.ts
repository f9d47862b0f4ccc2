import { readViewPage } from '@foldlog/hono-server'
import { notFound } from '@foldlog/http'
import { function as F, taskEither as TE } from 'fp-ts'
import { AccountId } from '../account/AccountId.ts'
import type { Overdraft } from '../account/Cents.ts'
import type { OpenedAccount } from '../account/Fold.ts'
import { account } from '../account/Service.ts'
import { accountsTable } from '../books/accountsTable.ts'
import { cashCommand } from '../commands/cashCommand.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import { bankRoute } from './Web.ts'

const bodyOf = (
  id: string,
  { status, name, balance, overdraft }: Pick<OpenedAccount, 'status' | 'name' | 'balance' | 'overdraft'>,
) => ({ account_id: id, status, name, balance, overdraft })

const noOverdraft = 0 as Overdraft // A safe integer from 0 up.

const handlers = [accountsTable.name]

const parameters = { account_id: AccountId }

/**
 * The routes of accounts.
 *
 * @category constructors
 * @since 0.1.0
 */
export const accountRoutes = [
  bankRoute.page({
    name: 'listAccounts',
    summary: 'Lists the accounts, a page at a time.',
    path: '/accounts',
    description: 'A page of accounts.',
    item: ResponseBodies.account,
    handlers,
    list: ({ page }, web) => readViewPage(web, accountsTable, page, (id, view) => bodyOf(id, view.account)),
  }),
  // Folded from its events, so that no handler has to have reached them.
  bankRoute.query({
    name: 'showAccount',
    summary: 'Shows the current state of an account.',
    path: '/accounts/{account_id}',
    parameters,
    description: 'The account.',
    answer: ResponseBodies.account,
    versioned: true,
    errors: ['StreamDeleted'],
    handle: ({ parameters: { account_id: id } }, { load }) =>
      F.pipe(
        load(account, id),
        TE.chainW(({ state, version, history }) =>
          state.status === 'unopened'
            ? TE.left(notFound(`account ${id}`))
            : TE.right({ body: bodyOf(id, state), version, history }),
        ),
      ),
  }),
  bankRoute.command({
    name: 'openAccount',
    summary: 'Opens an account.',
    path: '/accounts',
    body: RequestBodies.opening,
    creates: parameters,
    id: ({ body, newId }) => body.account_id ?? newId,
    location: '/accounts/{account_id}',
    description: 'The account is open.',
    errors: ['AlreadyOpened', 'StreamDeleted'],
    handlers,
    to: ({ newId: accountId, body: { name, overdraft = noOverdraft } }) => ({
      type: 'OpenAccount',
      data: { accountId, name, overdraft },
    }),
  }),
  bankRoute.command({
    name: 'renameAccount',
    summary: 'Renames an account.',
    method: 'PUT',
    path: '/accounts/{account_id}',
    parameters,
    body: RequestBodies.renaming,
    errors: ['NotOpen'],
    handlers,
    to: ({ parameters: { account_id: accountId }, body: { name } }) => ({
      type: 'RenameAccount',
      data: { accountId, name },
    }),
  }),
  bankRoute.command({
    name: 'closeAccount',
    summary: 'Closes an account for good.',
    method: 'DELETE',
    path: '/accounts/{account_id}',
    parameters,
    errors: ['NotOpen'],
    handlers,
    to: ({ parameters: { account_id: accountId } }) => ({ type: 'CloseAccount', data: { accountId } }),
  }),
  bankRoute.command({
    name: 'deposit',
    summary: 'Deposits money into an account.',
    path: '/accounts/{account_id}/deposits',
    parameters,
    body: RequestBodies.amount,
    errors: ['NotOpen', 'OutOfRange', 'NotFinished'],
    handlers,
    to: ({ parameters: { account_id: id }, body: { amount } }) => cashCommand('Deposit', id, amount),
  }),
  bankRoute.command({
    name: 'withdraw',
    summary: 'Withdraws money from an account.',
    path: '/accounts/{account_id}/withdrawals',
    parameters,
    body: RequestBodies.amount,
    errors: ['NotOpen', 'Overdrawn', 'OutOfRange', 'NotFinished'],
    handlers,
    to: ({ parameters: { account_id: id }, body: { amount } }) => cashCommand('Withdraw', id, amount),
  }),
]
