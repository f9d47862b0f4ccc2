import { notFound } from '@foldlog/http'
import { function as F, taskEither as TE } from 'fp-ts'
import type { Transfer } from '../transfer/Fold.ts'
import { transfer } from '../transfer/Service.ts'
import { TransferId } from '../transfer/TransferId.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import { bankRoute } from './Web.ts'

const bodyOf = (id: string, known: Exclude<Transfer, { readonly status: 'unrequested' }>) => ({
  transfer_id: id,
  status: known.status,
  ...known.terms,
  reason: 'reason' in known ? known.reason : null,
})

const parameters = { transfer_id: TransferId }

/**
 * The routes of transfers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const transferRoutes = [
  bankRoute.command({
    name: 'requestTransfer',
    summary: 'Requests a transfer of money from one account to another.',
    path: '/transfers',
    body: RequestBodies.transfer,
    creates: parameters,
    id: ({ body, newId }) => body.transfer_id ?? newId,
    location: '/transfers/{transfer_id}',
    status: 202,
    description: 'The transfer is in progress; reading it shows how it ends.',
    errors: ['SameAccount', 'OtherTerms', 'StreamDeleted'],
    handlers: ['transfers'],
    to: ({ newId: transferId, body: { from, to, amount } }) => ({
      type: 'RequestTransfer',
      data: { transferId, from, to, amount },
    }),
  }),
  bankRoute.query({
    name: 'showTransfer',
    summary: 'Shows a transfer, and how it has ended.',
    path: '/transfers/{transfer_id}',
    parameters,
    description: 'The transfer.',
    answer: ResponseBodies.transfer,
    versioned: true,
    errors: ['StreamDeleted'],
    handle: ({ parameters: { transfer_id: id } }, { load }) =>
      F.pipe(
        load(transfer, id),
        TE.chainW(({ state, version, history }) =>
          state.status === 'unrequested'
            ? TE.left(notFound(`transfer ${id}`))
            : TE.right({ body: bodyOf(id, state), version, history }),
        ),
      ),
  }),
]
