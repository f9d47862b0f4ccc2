import { type Recorded, StreamName } from '@foldlog/core'
import { type ProcessInput, ProcessManager, Reaction } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import { AccountId } from '../account/AccountId.ts'
import { Amount } from '../account/Cents.ts'
import { type AccountCommand, AccountTransferCommand } from '../account/Commands.ts'
import type { AccountEvent } from '../account/Events.ts'
import { account } from '../account/Service.ts'
import { TransferCommand } from './Commands.ts'
import type { TransferEvent } from './Events.ts'
import { transfer } from './Service.ts'
import { TransferId } from './TransferId.ts'
import { TransferReason } from './TransferReason.ts'

/**
 * The state of a transfer in progress: the awaited answer, and the data for its request. `late`: its deadline has
 * passed. `refusals` counts commands that could not be carried out, for example because a stream cannot be read.
 *
 * @category codecs
 * @since 0.1.0
 */
export const TransferState = t.union([
  t.null,
  t.strict({
    transferId: TransferId,
    from: AccountId,
    to: AccountId,
    amount: Amount,
    requestedAt: t.number,
    awaits: t.union([
      t.strict({ what: t.keyof({ sending: null, receiving: null, completion: null }) }),
      t.strict({ what: t.keyof({ refusal: null, return: null, compensation: null }), reason: TransferReason }),
    ]),
    late: t.boolean,
    refusals: t.number,
  }),
])

/**
 * The state of the process; `null` when there is none.
 *
 * @category model
 * @since 0.1.0
 */
export type TransferState = t.TypeOf<typeof TransferState>

type ActiveTransfer = Exclude<TransferState, null>
type ProcessEvent = AccountEvent | TransferEvent

/**
 * The commands of the process.
 *
 * @category model
 * @since 0.1.0
 */
export type TransferProcessCommand = AccountCommand | TransferCommand

/**
 * The types of the commands that the process sends. A user sends the others.
 *
 * @category model
 * @since 0.1.0
 */
export const processCommandTypes: ReadonlySet<string> = new Set(
  [...AccountTransferCommand.types, ...TransferCommand.types].filter((type) => type !== 'RequestTransfer'),
)

type Input = ProcessInput<ProcessEvent, TransferProcessCommand>

const requested = ({ stream, event, recordedAt }: Recorded<ProcessEvent>): TransferState => {
  const id = TransferId.decode(StreamName.id(stream))
  if (event.type !== 'TransferRequested' || id._tag === 'Left') return null
  return {
    transferId: id.right,
    ...event.data,
    requestedAt: recordedAt.getTime(),
    awaits: { what: 'sending' },
    late: false,
    refusals: 0,
  }
}

/** The awaited answer after an event, unchanged when the event does not concern it. */
const awaitedAfter = (awaits: ActiveTransfer['awaits'], event: ProcessEvent): ActiveTransfer['awaits'] => {
  switch (event.type) {
    case 'TransferSent':
      return { what: 'receiving' }
    case 'TransferNotSent':
      return { what: 'refusal', reason: event.data.reason }
    case 'TransferReceived':
      return { what: 'completion' }
    case 'TransferNotReceived':
      return { what: 'return', reason: event.data.reason }
    case 'TransferReturned':
      return { what: 'compensation', reason: event.data.reason }
    default:
      return awaits
  }
}

const evolve = (state: TransferState, input: Input): TransferState => {
  if (state === null) return input._tag === 'EventHappened' ? requested(input.event) : null
  switch (input._tag) {
    case 'EventHappened':
      return { ...state, awaits: awaitedAfter(state.awaits, input.event.event) }
    case 'TimerFired':
      return { ...state, late: true }
    case 'CommandRejected':
      return { ...state, refusals: state.refusals + 1 }
  }
}

/** The command that requests the awaited answer. It may be resent: its receiver decides once. */
const pendingCommand = ({ transferId, from, to, amount, awaits, late }: ActiveTransfer): TransferProcessCommand => {
  switch (awaits.what) {
    case 'sending': {
      const data = { accountId: from, transferId, to, amount }
      return late ? { type: 'CancelTransfer', data } : { type: 'SendTransfer', data }
    }
    case 'receiving': {
      const data = { accountId: to, transferId, from, amount }
      return late ? { type: 'RecallTransfer', data } : { type: 'ReceiveTransfer', data }
    }
    case 'completion':
      return { type: 'CompleteTransfer', data: { transferId } }
    case 'return':
      return { type: 'ReturnTransfer', data: { accountId: from, transferId, to, amount, reason: awaits.reason } }
    case 'refusal':
      return { type: 'RefuseTransfer', data: { transferId, reason: awaits.reason } }
    case 'compensation':
      return { type: 'CompensateTransfer', data: { transferId, reason: awaits.reason } }
  }
}

const endingTypes: ReadonlySet<string> = new Set(['TransferCompleted', 'TransferRefused', 'TransferCompensated'])

/** As good as never: the year 2249. A date 2^33 times its length after the deadline is still valid. */
const maxDoublings = 33

const react =
  (deadline: number) =>
  (state: TransferState, input: Input): ReadonlyArray<Reaction<TransferProcessCommand>> => {
    if (state === null) return [Reaction.end]
    const after = (milliseconds: number) => new Date(state.requestedAt + milliseconds)
    switch (input._tag) {
      case 'EventHappened': {
        const { type } = input.event.event
        if (endingTypes.has(type)) return [Reaction.end]
        const send = Reaction.send(pendingCommand(state))
        return type === 'TransferRequested' ? [send, Reaction.schedule('deadline', after(deadline))] : [send]
      }
      case 'TimerFired':
        return [Reaction.send(pendingCommand(state))]
      case 'CommandRejected':
        // A process has no clock. Doubled from the request on, the pause soon exceeds the elapsed time.
        return [Reaction.schedule('again', after(deadline * 2 ** Math.min(state.refusals, maxDoublings)))]
    }
  }

/**
 * Milliseconds from the request of a transfer to its deadline, by default.
 *
 * @category model
 * @since 0.1.0
 */
export const defaultDeadline = 30_000

const types = [...transfer.events.types, ...account.events.types].filter((type) => type.startsWith('Transfer'))

/**
 * Carries out transfers: the money leaves one account, then it reaches the other, then the transfer is completed. Money
 * that the second account declines goes back, with the reason.
 *
 * An account that has not decided by the deadline, in milliseconds after the request, is asked to decline the transfer.
 * If that request arrives before the first command, however long the first was in flight, the account declines; if not,
 * it is too late, and the transfer continues. Either way the money is in one place at a time, because the process
 * follows the decisions of accounts and nothing else.
 *
 * A command that could not be carried out is resent later, with growing pauses: anything else would create or lose
 * money.
 *
 * @category constructors
 * @since 0.1.0
 */
export const transferProcess = (
  deadline: number = defaultDeadline,
): ProcessManager<readonly [typeof transfer, typeof account], TransferProcessCommand, TransferState> =>
  ProcessManager.make({
    name: 'transfers',
    from: [transfer, account],
    to: [transfer, account],
    start: 'origin',
    filter: { types },
    partitions: 8,
    state: TransferState,
    initialState: null,
    key: ({ stream, event }) => {
      if (StreamName.category(stream) === transfer.category) return StreamName.id(stream)
      return 'transferId' in event.data ? event.data.transferId : undefined
    },
    evolve,
    react: react(deadline),
  })
