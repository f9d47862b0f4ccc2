import { createRoute, showRoute } from '@foldlog/hono-server'
import { type InfrastructureError, notFound, Route } from '@foldlog/http'
import { function as F, taskEither as TE } from 'fp-ts'
import type { Transfer } from '../transfer/Fold.ts'
import { transfer } from '../transfer/Service.ts'
import { TransferId } from '../transfer/TransferId.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import type { Web } from './Web.ts'

const transferIn = Route.parameter(TransferId, 'transfer_id')

const bodyOf = (id: string, known: Exclude<Transfer, { readonly status: 'unrequested' }>) => ({
  transfer_id: id,
  status: known.status,
  ...known.terms,
  reason: 'reason' in known ? known.reason : null,
})

/**
 * The routes of transfers.
 *
 * @category constructors
 * @since 0.1.0
 */
export const transferRoutes = (web: Web): ReadonlyArray<Route> => [
  createRoute(web, ['transfers'])({
    path: '/transfers',
    name: 'requestTransfer',
    summary: 'Requests a transfer of money from one account to another.',
    codec: RequestBodies.transfer,
    errorStatuses: [409, 410],
    status: 202,
    description: 'The transfer is in progress; reading it shows how it ends.',
    idName: 'transfer_id',
    idCodec: TransferId,
    collection: '/transfers',
    idOf: ({ body, newId }) => body.transfer_id ?? newId,
    dispatch:
      (id, { body: { from, to, amount } }) =>
      (context) =>
        F.pipe(
          TE.fromEither(transferIn({ transfer_id: id })),
          TE.chainW((transferId) =>
            web.dispatcher.dispatch({ type: 'RequestTransfer', data: { transferId, from, to, amount } }, context),
          ),
        ),
  }),
  showRoute(
    web,
    [],
  )({
    path: '/transfers/{transfer_id}',
    name: 'showTransfer',
    summary: 'Shows a transfer, and how it has ended.',
    description: 'The transfer.',
    body: ResponseBodies.transfer,
    read: (parameters) =>
      F.pipe(
        TE.fromEither(transferIn(parameters)),
        TE.chainW((id) =>
          F.pipe(
            web.dispatcher.load(transfer, id),
            TE.chainW(({ state, version, history }) =>
              state.status === 'unrequested'
                ? TE.left<InfrastructureError>(notFound(`transfer ${id}`))
                : TE.right({ body: bodyOf(id, state), version, history }),
            ),
          ),
        ),
      ),
  }),
]
