import { test } from '@fast-check/jest'
import { AccountCommand, AccountEvent, account, TransferCommand } from '@foldlog/bank'
import { Decider, EventId, type RecordedEvent, StreamName } from '@foldlog/core'
import { arbitraryCommands, arbitraryEvents, checkCodec, checkDecider } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F } from 'fp-ts'
import { closed, credit, deposited, opened } from './fixtures.ts'
import { commands, rules } from './rules.ts'

describe('an account', () => {
  it('keeps its rules after any commands', () =>
    checkDecider(account, { commands, events: arbitraryEvents(AccountEvent), invariants: rules, numRuns: 300 }))

  it('keeps its rules with the commands of transfers, too', () => {
    // A transfer to an account that was never opened is an event, and so is money that comes back to a closed one.
    const {
      'opening is the first event, and happens once': _,
      'after closing, entries are declined and nothing else happens': __,
      ...invariants
    } = rules
    checkDecider(account, { events: arbitraryEvents(AccountEvent), invariants, numRuns: 300 })
  })

  it('is stored and comes back unchanged', () => checkCodec(AccountEvent))
})

describe('a command that the process has sent', () => {
  // Commands were stored in this form before they had a codec.
  test.prop([arbitraryCommands(AccountCommand)])('is stored as it is, to an account', (command) =>
    expect(AccountCommand.encode(command)).toEqual(E.right(command)),
  )
  test.prop([arbitraryCommands(TransferCommand)])('is stored as it is, to a transfer', (command) =>
    expect(TransferCommand.encode(command)).toEqual(E.right(command)),
  )
})

const stored = (encoded: Pick<RecordedEvent, 'type' | 'schemaVersion' | 'data'>) =>
  F.pipe(
    E.Do,
    E.bind('id', () => EventId.parse('01ARZ3NDEKTSV4RRFFQ69G5FAV')),
    E.bind('stream', () => StreamName.parse('account-17')),
    E.map(
      (names): RecordedEvent => ({
        ...encoded,
        data: JSON.parse(JSON.stringify(encoded.data)),
        ...names,
        version: 1,
        position: 1,
        recordedAt: new Date(0),
        metadata: {},
      }),
    ),
  )

describe('the fold', () => {
  it('is the same as that of the decider', () => {
    const fold = Decider.fold(account.decider)
    expect(fold([])).toEqual({ status: 'unopened' })
    expect(fold([opened(5), deposited(7), closed])).toEqual({ status: 'closed', name: 'Ada', overdraft: 5, balance: 7 })
    expect(fold([deposited(7)])).toEqual({ status: 'unopened' })
  })
})

describe('the codec', () => {
  const decode = (type: string, data: RecordedEvent['data']) =>
    F.pipe(stored({ type, schemaVersion: 1, data }), E.chainW(account.events.decode))
  const good = { ...credit(5) }
  it.each([
    ['half a cent', { ...good, amount: 0.5 }],
    ['no money', { ...good, amount: 0 }],
    ['a debt', { ...good, amount: -5 }],
    ['more than the safe integers', { ...good, amount: 2 ** 53 }],
    ['an invalid day', { ...good, date: '1993-02-30' }],
    ['an unknown purpose', { ...good, purpose: 'bribe' }],
  ])('refuses %s', (_, data) => {
    expect(decode('MoneyDeposited', good)).toMatchObject(E.right([{ type: 'MoneyDeposited' }]))
    expect(decode('MoneyDeposited', data)).toMatchObject(
      E.left({ _tag: 'DecodeFailure', reason: { _tag: 'InvalidData' } }),
    )
  })
  it('rejects a blank name', () =>
    expect(decode('AccountOpened', { name: ' ', overdraft: 0 })).toMatchObject(E.left({ _tag: 'DecodeFailure' })))
  it('keeps an unknown purpose unchanged', () =>
    expect(decode('MoneyDeposited', { ...good, purpose: { other: ' ' } })).toMatchObject(
      E.right([{ data: { purpose: { other: ' ' } } }]),
    ))
})
