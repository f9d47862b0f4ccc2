import { Endpoints, type InfrastructureError, notFound, Route } from '@foldlog/http'
import { function as F, taskEither as TE } from 'fp-ts'
import type { Transfer } from '../transfer/Fold.ts'
import { transfer } from '../transfer/Service.ts'
import { TransferId } from '../transfer/TransferId.ts'
import { RequestBodies, ResponseBodies } from './httpCodecs.ts'
import type { Web } from './Web.ts'

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
  {
    method: 'POST',
    path: '/transfers',
    name: 'requestTransfer',
    summary: 'Asks for money to go from one account to another one.',
    isCommand: true,
    body: RequestBodies.transfer,
    responses: {
      202: { description: 'It is on its way; the transfer says how it ends.', body: ResponseBodies.transferId },
    },
    errorStatuses: [400, 409, 412, 415, 422],
    handle: (request) =>
      Endpoints.command(web, ['transfers'])(
        request,
        RequestBodies.transfer,
        ({ body: { from, to, amount, transfer_id }, newId }) =>
          (context) =>
            F.pipe(
              TE.fromEither(Route.parameter(TransferId, 'transfer_id')({ transfer_id: transfer_id ?? newId })),
              TE.chainW((transferId) =>
                web.dispatcher.dispatch({ type: 'RequestTransfer', data: { transferId, from, to, amount } }, context),
              ),
            ),
        ({ body: { transfer_id: id }, newId }) => ({
          status: 202,
          body: { transfer_id: id ?? newId },
          location: `/transfers/${encodeURIComponent(id ?? newId)}`,
        }),
      ),
  },
  {
    method: 'GET',
    path: '/transfers/{transfer_id}',
    name: 'showTransfer',
    summary: 'A transfer, and how it has ended.',
    isCommand: false,
    responses: {
      200: { description: 'The transfer.', body: ResponseBodies.transfer },
      304: { description: 'As you have it.' },
    },
    errorStatuses: [400, 404],
    handle: (request, parameters) =>
      Endpoints.read(web, [])(
        request,
        F.pipe(
          TE.fromEither(Route.parameter(TransferId, 'transfer_id')(parameters)),
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
      ),
  },
]
