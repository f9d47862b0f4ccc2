import { EventId } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { either as E, function as F, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import type { BooksStore } from '../books/Bank.ts'
import type { BankError } from '../books/BankError.ts'
import { ensuring } from '../handlers/ensuring.ts'
import { hostHandlersUntil } from '../handlers/hostHandlersUntil.ts'
import { money } from '../report/money.ts'
import type { Transfer, TransferTerms } from '../transfer/Fold.ts'
import { TransferState } from '../transfer/Process.ts'
import { transfer } from '../transfer/Service.ts'
import { TransferId } from '../transfer/TransferId.ts'
import { type CommandTarget, inBooks } from './CommandTarget.ts'
import type { Environment } from './Environment.ts'

const newId = EventId.source({ now: Date.now, random: Math.random })

/** A ULID is a transfer's number: 26 letters and digits. */
const chosenOr = (id: TransferId | undefined): E.Either<BankError, TransferId> =>
  id === undefined
    ? F.pipe(
        TransferId.decode(newId()),
        E.mapLeft((): BankError => ({ _tag: 'NotFinished', what: 'no number for the transfer could be generated' })),
      )
    : E.right(id)

const outcome = (
  id: TransferId,
  state: Transfer,
  hindered: boolean,
): readonly [line: string, done: E.Either<BankError, void>] => {
  switch (state.status) {
    case 'completed':
      return ['completed', E.right(undefined)]
    case 'refused':
    case 'compensated':
      return [
        state.status === 'refused'
          ? `refused: ${state.reason}`
          : `refused by account ${state.terms.to}: ${state.reason}`,
        E.left({ _tag: 'TransferNotDone', id, status: state.status }),
      ]
    default:
      return ['not ended yet', E.left({ _tag: 'TransferNotDone', id, status: hindered ? 'hindered' : 'under way' })]
  }
}

/** Milliseconds to complete other transfers in progress too, such as those of a killed process. */
const extraWait = 10_000

/** Checks whether no transfer is in progress. */
const allEnded = (store: BooksStore): TE.TaskEither<BankError, boolean> =>
  F.pipe(
    store.listDocuments({ name: 'transfers', kind: 'process', count: 1 }),
    TE.map(({ documents }) => documents.length === 0),
  )

/** The document of the process, as it is stored. */
const ProcessDocument = t.type({ state: TransferState })

/**
 * The number of failed attempts to reach an account, for example because it cannot be read. The process retries with
 * growing delays, and without end.
 */
const refusalsOf = (store: BooksStore, id: TransferId): TE.TaskEither<BankError, number> =>
  F.pipe(
    store.getDocuments({ name: 'transfers', kind: 'process' }, [id]),
    TE.map(([document]) =>
      F.pipe(
        ProcessDocument.decode(document?.data),
        E.match(
          () => 0,
          ({ state }) => state?.refusals ?? 0,
        ),
      ),
    ),
  )

const runTransfer =
  (environment: Environment, id: TransferId, terms: TransferTerms) =>
  (store: BooksStore): TE.TaskEither<BankError, void> => {
    const { output, signal } = environment
    const { dispatch, load, stop } = makeDispatcher({ store, aggregates: [transfer] })
    const state: TE.TaskEither<BankError, Transfer> = F.pipe(
      load(transfer, id),
      TE.map((loaded) => loaded.state),
    )
    let ended: number | undefined
    let before: number | undefined
    let hindered = false
    /** Checks whether an attempt has failed since this command began: then waiting longer is useless. */
    const isHindered: TE.TaskEither<BankError, boolean> = F.pipe(
      refusalsOf(store, id),
      TE.map((refusals) => {
        before ??= refusals
        hindered = refusals > before
        return hindered
      }),
    )
    const report: TE.TaskEither<BankError, E.Either<BankError, void>> = F.pipe(
      state,
      TE.map((last) => {
        const [line, done] = outcome(id, last, hindered)
        // The user sees the end of this transfer at once, while this process completes others.
        if (ended === undefined) output.line(line)
        ended ??= performance.now()
        return done
      }),
    )
    const done = (hosting: boolean): TE.TaskEither<BankError, boolean> =>
      F.pipe(
        state,
        TE.chain(({ status }) => {
          if (status === 'under way') return isHindered
          return F.pipe(
            report,
            TE.chain(() =>
              hosting && performance.now() - (ended ?? 0) < extraWait ? allEnded(store) : TE.right(true),
            ),
          )
        }),
      )
    return F.pipe(
      // Without a command id: the transfer itself knows whether it was requested before, and on which terms.
      dispatch({ type: 'RequestTransfer', data: { transferId: id, ...terms } }),
      TE.chainFirstIOK(
        () => () => output.line(`transfer ${id}: ${money(terms.amount)} CZK from ${terms.from} to ${terms.to}`),
      ),
      TE.chainW(() => hostHandlersUntil({ store, handlers: ['transfers'], done, signal })),
      TE.chainW(() => report),
      TE.chainEitherKW(F.identity),
      ensuring(stop),
    )
  }

/**
 * Moves money from one account to another one: `npm start -- transfer FROM TO AMOUNT`. It may be killed at any moment:
 * the next process that runs the handlers completes the transfer. With the number of an earlier transfer it is the same
 * transfer, and nothing is moved twice.
 *
 * @category commands
 * @since 0.1.0
 */
export const transferCommand = (
  environment: Environment,
  terms: TransferTerms,
  where: CommandTarget & { readonly id?: TransferId },
): TE.TaskEither<BankError, void> =>
  F.pipe(
    TE.fromEither(chosenOr(where.id)),
    TE.chain((id) => inBooks(environment, where, ({ store }) => runTransfer(environment, id, terms)(store))),
  )
