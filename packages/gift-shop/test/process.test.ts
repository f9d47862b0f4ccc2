import { type Event, EventId, type Recorded, StreamName } from '@foldlog/core'
import { type AccountEvent, type GiftCardEvent, type OrderEvent, orderProcess, type Reason } from '@foldlog/gift-shop'
import { type ProcessInput, Reaction } from '@foldlog/subscriptions'
import { Scenario } from '@foldlog/testing'
import { describe, it } from '@jest/globals'
import { accountId, books, money, music, orderId, quantity, right } from './fixtures.ts'

type ProcessEvent = AccountEvent | GiftCardEvent | OrderEvent

const validatedAt = 1_000_000
const deadline = 5_000
const given = Scenario.processManager(orderProcess(deadline))

const happened = <Ev extends Event>(stream: string, event: Ev): ProcessInput<Ev, never> => {
  const id = right(EventId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV'))
  const recorded: Recorded<Ev> = {
    id,
    index: 0,
    effectId: id,
    stream: right(StreamName.parse(stream)),
    version: 1,
    position: 1,
    recordedAt: new Date(validatedAt),
    metadata: {},
    event,
  }
  return { _tag: 'EventHappened', event: recorded }
}

const of = (stream: string) => (event: ProcessEvent) => happened(stream, event)
const ofOrder = of('order-o1')
const ofAccount = of('account-ada')

const item = (giftCardId: typeof books, amount: number) => ({ giftCardId, amount: quantity(amount), price: money(10) })
const validated = ofOrder({
  type: 'OrderValidated',
  data: { accountId, items: [item(books, 1), item(music, 2)], totalPrice: money(30) },
})
const payment = { orderId, amount: money(30) }
const share = (amount: number) => ({ orderId, amount: quantity(amount) })
const charged = ofAccount({ type: 'OrderCharged', data: payment })
const declined = (reason: Reason) => ofAccount({ type: 'ChargeDeclined', data: { ...payment, reason } })
const refunded = ofAccount({ type: 'OrderRefunded', data: payment })
const booksTaken = of('giftCard-books')({ type: 'StockTaken', data: share(1) })
const booksReturned = of('giftCard-books')({ type: 'StockReturned', data: share(1) })
// An old stream of a gift card, from a former category.
const musicTaken = of('card-music')({ type: 'StockTaken', data: share(2) })
const musicSoldOut = of('card-music')({ type: 'StockNotTaken', data: { ...share(2), reason: 'sold out' } })
const canceled = (reason: Reason) => ofOrder({ type: 'OrderCanceled', data: { reason } })
const late = { _tag: 'TimerFired', timer: 'deadline', dueAt: new Date(validatedAt + deadline) } as const

const chargeCommand = { type: 'Charge', data: { accountId, ...payment } } as const
const charge = Reaction.send(chargeCommand)
const takeBooks = Reaction.send({ type: 'TakeStock', data: { giftCardId: books, ...share(1) } } as const)
const takeMusic = Reaction.send({ type: 'TakeStock', data: { giftCardId: music, ...share(2) } } as const)
const markPaid = Reaction.send({ type: 'MarkPaid', data: { orderId } } as const)
const abandon = (reason: Reason) => Reaction.send({ type: 'GiveUpOrder', data: { orderId, reason } } as const)
const releaseCharge = Reaction.send({ type: 'ReleaseCharge', data: { accountId, ...payment } } as const)
const releaseBooks = Reaction.send({ type: 'ReleaseStock', data: { giftCardId: books, ...share(1) } } as const)
const schedule = (timer: string, after: number) => Reaction.schedule(timer, new Date(validatedAt + after))

describe('a validated order', () => {
  it('charges the account, takes the stock, and is paid', () => {
    given().when(validated).then(charge, schedule('deadline', deadline))
    given(validated).when(charged).then(takeBooks, takeMusic)
    given(validated, charged).when(booksTaken).thenNothing()
    given(validated, charged, booksTaken).when(musicTaken).then(markPaid)
    given(validated, charged, booksTaken, musicTaken)
      .when(ofOrder({ type: 'OrderPaid', data: {} }))
      .then(Reaction.end)
  })

  it('is abandoned when there is too little money, and nothing is to be released', () => {
    given(validated).when(declined('too little money')).then(abandon('too little money'))
    given(validated, declined('too little money')).when(canceled('too little money')).then(Reaction.end)
  })

  it('is abandoned when an item is sold out; the reservations are released after the order is canceled, not before', () => {
    given(validated, charged, booksTaken).when(musicSoldOut).then(abandon('sold out'))
    given(validated, charged, booksTaken, musicSoldOut).when(canceled('sold out')).then(releaseCharge, releaseBooks)
    given(validated, charged, booksTaken, musicSoldOut, canceled('sold out')).when(refunded).thenNothing()
    given(validated, charged, booksTaken, musicSoldOut, canceled('sold out'), refunded)
      .when(booksReturned)
      .then(Reaction.end)
  })

  it('is abandoned after the deadline, whatever it waits for', () => {
    given(validated).when(late).then(abandon('no answer in time'))
    given(validated, charged, booksTaken).when(late).then(abandon('no answer in time'))
    // The last reservation has succeeded, but the order decides.
    given(validated, charged, booksTaken, musicTaken).when(late).then(abandon('no answer in time'))
    given(validated, charged, booksTaken, musicTaken, late)
      .when(ofOrder({ type: 'OrderPaid', data: {} }))
      .then(Reaction.end)
  })

  it('that its customer cancels meanwhile releases its requests, also the unanswered ones', () => {
    given(validated).when(canceled('by customer')).then(releaseCharge)
    given(validated, canceled('by customer')).when(charged).thenNothing()
    given(validated, canceled('by customer'), charged).when(refunded).then(Reaction.end)
    given(validated, canceled('by customer')).when(declined('canceled')).then(Reaction.end)
    given(validated, canceled('by customer')).when(late).thenNothing()
  })

  it('resends a command that could not be carried out, with growing delays', () => {
    const refused = { _tag: 'CommandRejected', command: chargeCommand, error: { _tag: 'DecodeFailure' } } as const
    const again = { _tag: 'TimerFired', timer: 'again', dueAt: new Date(0) } as const
    given(validated)
      .when(refused)
      .then(schedule('again', 2 * deadline))
    given(validated, refused)
      .when(refused)
      .then(schedule('again', 4 * deadline))
    given(validated, refused).when(again).then(charge)
    given(validated, charged).when(again).then(takeBooks, takeMusic)
    given(validated, charged, canceled('by customer'))
      .when(again)
      .then(
        releaseCharge,
        releaseBooks,
        Reaction.send({ type: 'ReleaseStock', data: { giftCardId: music, ...share(2) } } as const),
      )
  })
})

describe('an order that is not validated', () => {
  it('has no process', () => {
    given().when(canceled('by customer')).then(Reaction.end)
  })
})
