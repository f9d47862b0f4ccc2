import { describe, it } from '@jest/globals'
import {
  ada,
  close,
  closed,
  credit,
  debit,
  deposit,
  deposited,
  given,
  limit,
  open,
  opened,
  post,
  rename,
  withdraw,
  withdrawn,
} from './fixtures.ts'

const unopened = { _tag: 'NotOpen', status: 'unopened' } as const
const alreadyClosed = { _tag: 'NotOpen', status: 'closed' } as const

describe('opening an account', () => {
  it('sets its name and its limit', () => given().when(open(500)).then(opened(500)))
  it('happens once', () => given(opened()).when(open()).thenError({ _tag: 'AlreadyOpened' }))
  it('is impossible again after closing', () =>
    given(opened(), closed).when(open()).thenError({ _tag: 'AlreadyOpened' }))
})

describe('renaming and closing an account', () => {
  it('keeps the old name in the event', () =>
    given(opened())
      .when(rename('Lovelace'))
      .then({ type: 'AccountRenamed', data: { from: ada, to: 'Lovelace' as typeof ada } })) // A name that is not blank.
  it('closes an open account', () => given(opened()).when(close).then(closed))

  const commands = { rename: rename('Lovelace'), close, deposit: deposit(1), withdraw: withdraw(1) }
  for (const [name, command] of Object.entries(commands)) {
    it(`${name} is rejected on an account that was never opened`, () => given().when(command).thenError(unopened))
    it(`${name} is rejected on a closed account`, () => given(opened(), closed).when(command).thenError(alreadyClosed))
  }
})

describe('money', () => {
  it('is deposited', () => given(opened()).when(deposit(250)).then(deposited(250)))
  it('is withdrawn up to the balance', () => given(opened(), deposited(250)).when(withdraw(250)).then(withdrawn(250)))
  it('is withdrawn down to the limit, and not a cent further', () => {
    given(opened(100), deposited(250)).when(withdraw(350)).then(withdrawn(350))
    given(opened(100), deposited(250))
      .when(withdraw(351))
      .thenError({ _tag: 'Overdrawn', balance: 250, overdraft: 100, amount: 351 })
  })
  it('is withdrawn without a bound when there is no limit', () =>
    given(opened('unlimited')).when(withdraw(1e9)).then(withdrawn(1e9)))
  it('never leaves the safe integers', () => {
    const most = Number.MAX_SAFE_INTEGER
    given(opened(), deposited(most)).when(deposit(1)).thenError({ _tag: 'OutOfRange', balance: most, amount: 1 })
    given(opened('unlimited'), withdrawn(most))
      .when(withdraw(1))
      .thenError({ _tag: 'OutOfRange', balance: -most, amount: 1 })
  })
})

describe('an entry of a statement', () => {
  it('opens a missing account', () =>
    given()
      .when(post(credit(700), 5))
      .then(opened(5), deposited(700)))
  it('is added to an open account', () =>
    given(opened())
      .when(post(credit(700)))
      .then(deposited(700)))
  it('is declined as an event when the rules do not allow it', () => {
    const entry = debit(701)
    given(opened(), deposited(700))
      .when(post(entry))
      .then({ type: 'EntryDeclined', data: { entry, reason: 'overdrawn' } })
    given(opened(), closed)
      .when(post(entry))
      .then({ type: 'EntryDeclined', data: { entry, reason: 'not open' } })
  })
  it('is declined on the account that it has just opened, too', () => {
    const entry = debit(1)
    given()
      .when(post(entry))
      .then(opened(), { type: 'EntryDeclined', data: { entry, reason: 'overdrawn' } })
  })
  it('is declined when the balance would leave the safe integers', () => {
    const entry = credit(Number.MAX_SAFE_INTEGER)
    given(opened(), deposited(1))
      .when(post(entry))
      .then({ type: 'EntryDeclined', data: { entry, reason: 'out of range' } })
  })
  it('sets the limit of its statement', () => {
    const changed = { type: 'OverdraftChanged', data: { from: limit(0), to: limit(9) } } as const
    given(opened(0))
      .when(post(debit(9), 9))
      .then(changed, withdrawn(9))
    given(opened(0), changed)
      .when(post(debit(9), 9))
      .then(withdrawn(9))
    given(opened(0), changed).when(withdraw(9)).then(withdrawn(9))
    const entry = debit(9)
    given(opened(0), closed)
      .when(post(entry, 9))
      .then({ type: 'EntryDeclined', data: { entry, reason: 'not open' } })
  })
})
