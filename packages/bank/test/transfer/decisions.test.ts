import { account, TransferEvent, transfer } from '@foldlog/bank'
import { Decider } from '@foldlog/core'
import { arbitraryEvents, checkDecider } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { closed, deposit, deposited, given, opened, withdrawn } from '../account/fixtures.ts'
import {
  accountOf,
  cancel,
  giveBack,
  givenTransfer,
  notReceived,
  notSent,
  recall,
  receive,
  received,
  request,
  requested,
  returned,
  sameAccount,
  send,
  sent,
  transferId,
} from './fixtures.ts'

const late = 'no answer in time'
const largest = Number.MAX_SAFE_INTEGER

describe('the source account of a transfer', () => {
  it('sends its money, down to its limit', () => {
    given(opened(100), deposited(250)).when(send(350)).then(sent(350))
    given(opened('unlimited')).when(send(350)).then(sent(350))
  })
  it('gives a final reason when it does not send', () => {
    given(opened(100), deposited(250)).when(send(351)).then(notSent(351, 'overdrawn'))
    given().when(send(1)).then(notSent(1, 'not open'))
    given(opened(), closed).when(send(1)).then(notSent(1, 'not open'))
    given(opened('unlimited'), withdrawn(largest)).when(send(1)).then(notSent(1, 'out of range'))
  })
  it('decides once, in any order of commands', () => {
    given(opened(100), sent(50)).when(send(50)).thenNothing()
    given(opened(100), sent(50)).when(cancel(50)).thenNothing()
    given(opened(100)).when(cancel(50)).then(notSent(50, late))
    given(opened(100), notSent(50, late)).when(send(50)).thenNothing()
    given(opened(), notSent(50, 'overdrawn'), deposited(100)).when(send(50)).thenNothing()
    given(notSent(50, 'not open'), opened(100)).when(send(50)).thenNothing()
  })
  it('takes its money back, once', () => {
    given(opened(), deposited(50), sent(50)).when(giveBack(50, 'not open')).then(returned(50, 'not open'))
    given(opened(), deposited(50), sent(50), returned(50, late)).when(giveBack(50, late)).thenNothing()
    given(opened()).when(giveBack(50, late)).thenNothing()
    given(opened(), notSent(50, 'overdrawn')).when(giveBack(50, late)).thenNothing()
  })
  it('takes its money back even when it is closed: the bank owes it to the holder', () => {
    const past = [opened(), deposited(50), sent(50), closed]
    given(...past)
      .when(giveBack(50, late))
      .then(returned(50, late))
    expect(Decider.fold(account.decider)([...past, returned(50, late)])).toMatchObject({
      status: 'closed',
      balance: 50,
    })
  })
  it('reserves room for money that may come back', () => {
    const past = [opened(), deposited(largest), sent(5)]
    given(...past)
      .when(deposit(1))
      .thenError({ _tag: 'OutOfRange', balance: largest - 5, amount: 1 })
    given(...past, returned(5, late))
      .when(deposit(1))
      .thenError({ _tag: 'OutOfRange', balance: largest, amount: 1 })
    given(opened('unlimited'), withdrawn(largest - 5), sent(5))
      .when(deposit(largest))
      .then(deposited(largest))
  })
})

describe('the target account of a transfer', () => {
  it('receives the money', () => given(opened()).when(receive(50)).then(received(50)))
  it('gives a final reason when it does not receive', () => {
    given().when(receive(50)).then(notReceived(50, 'not open'))
    given(opened(), closed).when(receive(50)).then(notReceived(50, 'not open'))
    given(opened(), deposited(largest)).when(receive(50)).then(notReceived(50, 'out of range'))
  })
  it('decides once, in any order of commands', () => {
    given(opened(), received(50)).when(receive(50)).thenNothing()
    given(opened(), received(50)).when(recall(50)).thenNothing()
    given(opened()).when(recall(50)).then(notReceived(50, late))
    given(opened(), notReceived(50, late)).when(receive(50)).thenNothing()
    // Opened after the command: if the decision were forgotten, the money would exist twice.
    given(notReceived(50, 'not open'), opened()).when(receive(50)).thenNothing()
  })
  it('has nothing to return', () => given(opened(), received(50)).when(giveBack(50, late)).thenNothing())
})

describe('the fold of an account', () => {
  it('moves the money with the events, and remembers each transfer once', () => {
    expect(Decider.fold(account.decider)([opened(), deposited(80), sent(50)])).toMatchObject({ balance: 30 })
    expect(Decider.fold(account.decider)([opened(), received(50)])).toMatchObject({ balance: 50 })
    expect(Decider.fold(account.decider)([opened(), notReceived(50, late)])).toMatchObject({ balance: 0 })
    expect(Decider.fold(account.decider)([opened(), deposited(80), sent(50), returned(50, late)])).toMatchObject({
      balance: 80,
      transfers: [{ transferId, outcome: 'returned', amount: 50 }],
    })
  })
})

describe('a transfer', () => {
  const completed = { type: 'TransferCompleted', data: {} } as const
  const refused = { type: 'TransferRefused', data: { reason: 'overdrawn' } } as const
  const compensated = { type: 'TransferCompensated', data: { reason: 'not open' } } as const
  const complete = { type: 'CompleteTransfer', data: { transferId } } as const
  const refuse = { type: 'RefuseTransfer', data: { transferId, reason: 'overdrawn' } } as const
  const compensate = { type: 'CompensateTransfer', data: { transferId, reason: 'not open' } } as const

  it('is requested once', () => {
    givenTransfer().when(request(5)).then(requested(5))
    givenTransfer(requested(5)).when(request(5)).thenNothing()
    givenTransfer(requested(5), completed).when(request(5)).thenNothing()
    const terms = { from: accountOf('17'), to: accountOf('18'), amount: 5 }
    givenTransfer(requested(5)).when(request(6)).thenError({ _tag: 'OtherTerms', terms })
  })
  it('is requested first and ends at most once, after any commands', () =>
    checkDecider(transfer, {
      events: arbitraryEvents(TransferEvent),
      invariants: {
        'the request is the first event': (_, { events }) =>
          events.every(({ type }, i) => (type === 'TransferRequested') === (i === 0)),
        'at most one event ends it': (_, { events }) => events.length <= 2,
      },
    }))
  it('does not go from an account to itself', () =>
    givenTransfer().when(request(5, sameAccount)).thenError({ _tag: 'SameAccount' }))
  it('ends once', () => {
    for (const [command, event, status] of [
      [complete, completed, 'completed'],
      [refuse, refused, 'refused'],
      [compensate, compensated, 'compensated'],
    ] as const) {
      givenTransfer(requested(5)).when(command).then(event)
      givenTransfer(requested(5), event).when(command).thenNothing()
      givenTransfer().when(command).thenError({ _tag: 'NotUnderWay', status: 'unrequested' })
      for (const other of [complete, refuse, compensate]) {
        if (other !== command) givenTransfer(requested(5), event).when(other).thenError({ _tag: 'NotUnderWay', status })
      }
    }
  })
})
