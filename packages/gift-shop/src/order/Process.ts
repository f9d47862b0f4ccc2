import { type Recorded, StreamName } from '@foldlog/core'
import { type ProcessInput, ProcessManager, Reaction } from '@foldlog/subscriptions'
import * as t from 'io-ts'
import type { AccountCommand } from '../account/Decisions.ts'
import type { AccountEvent } from '../account/Events.ts'
import { account } from '../account/Service.ts'
import type { GiftCardCommand } from '../giftCard/Decisions.ts'
import type { GiftCardEvent } from '../giftCard/Events.ts'
import { giftCard } from '../giftCard/Service.ts'
import { AccountId, GiftCardId, OrderId } from '../ids.ts'
import { Money } from '../Money.ts'
import { Quantity } from '../Quantity.ts'
import { Reason } from '../Reason.ts'
import type { OrderCommand } from './Decisions.ts'
import type { OrderEvent } from './Events.ts'
import { order } from './Service.ts'

/**
 * The state of a share in the order. `asked`: requested and not answered yet. `settled`: declined or returned, so that
 * nothing is left to do.
 *
 * @category codecs
 * @since 0.1.0
 */
const ReservationStatus = t.keyof({ unasked: null, asked: null, given: null, settled: null })

/**
 * The state of the process: the needed money and stock of the order, with the state of each share. `failing` is the
 * reason for abandoning it; `canceled` means that the order knows. `refusals` counts commands that could not be carried
 * out, for example because a stream cannot be read.
 *
 * @category codecs
 * @since 0.1.0
 */
export const OrderProcessState = t.union([
  t.null,
  t.strict({
    orderId: OrderId,
    validatedAt: t.number,
    payment: t.strict({ accountId: AccountId, amount: Money, status: ReservationStatus }),
    stock: t.readonlyArray(t.strict({ giftCardId: GiftCardId, amount: Quantity, status: ReservationStatus })),
    failing: t.union([Reason, t.null]),
    canceled: t.boolean,
    refusals: t.number,
  }),
])

/**
 * The state of the process; `null` when there is none.
 *
 * @category model
 * @since 0.1.0
 */
export type OrderProcessState = t.TypeOf<typeof OrderProcessState>

type ActiveOrder = Exclude<OrderProcessState, null>
type ReservationStatus = t.TypeOf<typeof ReservationStatus>
type ProcessEvent = AccountEvent | GiftCardEvent | OrderEvent

/**
 * The commands of the process.
 *
 * @category model
 * @since 0.1.0
 */
export type OrderProcessCommand = AccountCommand | GiftCardCommand | OrderCommand

type Input = ProcessInput<ProcessEvent, OrderProcessCommand>

const validated = ({ stream, event, recordedAt }: Recorded<ProcessEvent>): OrderProcessState => {
  const id = OrderId.decode(StreamName.id(stream))
  if (event.type !== 'OrderValidated' || id._tag === 'Left') return null
  const { accountId, items, totalPrice } = event.data
  return {
    orderId: id.right,
    validatedAt: recordedAt.getTime(),
    payment: { accountId, amount: totalPrice, status: 'asked' },
    stock: items.map(({ giftCardId, amount }) => ({ giftCardId, amount, status: 'unasked' })),
    failing: null,
    canceled: false,
    refusals: 0,
  }
}

const withStock = (state: ActiveOrder, stream: StreamName, status: ReservationStatus): ActiveOrder => ({
  ...state,
  stock: state.stock.map((part) => (part.giftCardId === StreamName.id(stream) ? { ...part, status } : part)),
})

/** Only an order in progress can fail: events after a cancellation are its consequences. */
const markFailing = (state: ActiveOrder, reason: Reason): ActiveOrder =>
  state.canceled ? state : { ...state, failing: state.failing ?? reason }

const applyEvent = (state: ActiveOrder, { stream, event }: Recorded<ProcessEvent>): ActiveOrder => {
  switch (event.type) {
    case 'OrderCharged': {
      const paid: ActiveOrder = { ...state, payment: { ...state.payment, status: 'given' } }
      // An order that is being abandoned requests nothing more.
      return state.failing !== null || state.canceled
        ? paid
        : { ...paid, stock: paid.stock.map((part) => ({ ...part, status: 'asked' })) }
    }
    case 'ChargeDeclined':
      return markFailing({ ...state, payment: { ...state.payment, status: 'settled' } }, event.data.reason)
    case 'OrderRefunded':
      return { ...state, payment: { ...state.payment, status: 'settled' } }
    case 'StockTaken':
      return withStock(state, stream, 'given')
    case 'StockNotTaken':
      return markFailing(withStock(state, stream, 'settled'), event.data.reason)
    case 'StockReturned':
      return withStock(state, stream, 'settled')
    case 'OrderCanceled':
      return { ...state, canceled: true }
    default:
      return state
  }
}

const evolve = (state: OrderProcessState, input: Input): OrderProcessState => {
  if (state === null) return input._tag === 'EventHappened' ? validated(input.event) : null
  switch (input._tag) {
    case 'EventHappened':
      return applyEvent(state, input.event)
    case 'TimerFired':
      return input.timer === 'deadline' ? markFailing(state, 'no answer in time') : state
    case 'CommandRejected':
      return { ...state, refusals: state.refusals + 1 }
  }
}

const isOpen = (status: ReservationStatus): boolean => status === 'asked' || status === 'given'

const pendingReleases = ({ orderId, payment, stock }: ActiveOrder): ReadonlyArray<OrderProcessCommand> => [
  ...(isOpen(payment.status)
    ? [{ type: 'ReleaseCharge', data: { orderId, accountId: payment.accountId, amount: payment.amount } } as const]
    : []),
  ...stock
    .filter(({ status: is }) => isOpen(is))
    .map(({ giftCardId, amount }) => ({ type: 'ReleaseStock', data: { orderId, giftCardId, amount } }) as const),
]

/** The commands that request the awaited decisions. They may be resent: their receivers decide once. */
const pendingCommands = (state: ActiveOrder): ReadonlyArray<OrderProcessCommand> => {
  const { orderId, payment, stock, failing, canceled } = state
  if (canceled) return pendingReleases(state)
  if (failing !== null) return [{ type: 'GiveUpOrder', data: { orderId, reason: failing } }]
  if (payment.status === 'asked') {
    return [{ type: 'Charge', data: { orderId, accountId: payment.accountId, amount: payment.amount } }]
  }
  const open = stock.filter(({ status: is }) => is === 'asked')
  return open.length > 0
    ? open.map(({ giftCardId, amount }) => ({ type: 'TakeStock', data: { orderId, giftCardId, amount } }))
    : [{ type: 'MarkPaid', data: { orderId } }]
}

/** Checks whether nothing is left to do: the order is canceled, and no share of it is held. */
const isOver = (state: ActiveOrder): boolean => state.canceled && pendingReleases(state).length === 0

/** The events that always cause a next step; a given or returned share does so only when it is the last. */
const triggersReaction = (state: ActiveOrder, event: ProcessEvent): boolean => {
  switch (event.type) {
    case 'StockTaken':
      return !state.canceled && state.failing === null && state.stock.every(({ status: is }) => is === 'given')
    case 'OrderCharged':
    case 'ChargeDeclined':
    case 'StockNotTaken':
      // After the cancellation its release was requested, and this event is the answer.
      return !state.canceled
    default:
      return event.type === 'OrderValidated' || event.type === 'OrderCanceled'
  }
}

/** As good as never: the year 2249. */
const maxDoublings = 33

const react =
  (deadline: number) =>
  (state: OrderProcessState, input: Input): ReadonlyArray<Reaction<OrderProcessCommand>> => {
    if (state === null || isOver(state)) return [Reaction.end]
    const at = (milliseconds: number) => new Date(state.validatedAt + milliseconds)
    const send = () => pendingCommands(state).map(Reaction.send)
    switch (input._tag) {
      case 'EventHappened': {
        const { event } = input.event
        if (event.type === 'OrderPaid') return [Reaction.end]
        const sent = triggersReaction(state, event) ? send() : []
        return event.type === 'OrderValidated' ? [...sent, Reaction.schedule('deadline', at(deadline))] : sent
      }
      case 'TimerFired':
        // An order that was canceled before the deadline is already being released.
        return input.timer === 'deadline' && state.canceled ? [] : send()
      case 'CommandRejected':
        // A process has no clock. Doubled from the validation on, the pause soon exceeds the elapsed time.
        return [Reaction.schedule('again', at(deadline * 2 ** Math.min(state.refusals, maxDoublings)))]
    }
  }

/**
 * Milliseconds from the validation of an order to its deadline, by default.
 *
 * @category model
 * @since 0.1.0
 */
export const defaultDeadline = 30_000

/**
 * Carries out validated orders: the account is charged, then the stock is taken, then the order is paid. When a share
 * is declined, or the deadline (in milliseconds after the validation) has passed, the order is abandoned. Once it is
 * canceled, for any reason, all requested shares are released.
 *
 * The process follows the decisions of accounts, gift cards and the order, and nothing else: each decides once, in any
 * order of delayed or repeated commands. So money and stock are in one place at a time, and none is lost.
 *
 * A command that could not be carried out is resent later, with growing pauses.
 *
 * @category constructors
 * @since 0.1.0
 */
export const orderProcess = (
  deadline: number = defaultDeadline,
): ProcessManager<readonly [typeof order, typeof account, typeof giftCard], OrderProcessCommand, OrderProcessState> =>
  ProcessManager.make({
    name: 'order_process',
    from: [order, account, giftCard],
    to: [order, account, giftCard],
    start: 'origin',
    partitions: 8,
    state: OrderProcessState,
    initialState: null,
    key: ({ stream, event }) => {
      switch (event.type) {
        case 'OrderValidated':
        case 'OrderPaid':
        case 'OrderCanceled':
          return StreamName.id(stream)
        default:
          return 'orderId' in event.data ? event.data.orderId : undefined
      }
    },
    evolve,
    react: react(deadline),
  })
