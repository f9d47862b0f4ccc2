import { fc, test } from '@fast-check/jest'
import { type AccountCommand, type AccountEvent, account } from '@foldlog/bank'
import { Decider, EventId, type RecordedEvent, StreamName } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F } from 'fp-ts'
import {
  close,
  closed,
  credit,
  debit,
  deposit,
  deposited,
  fold,
  open,
  opened,
  post,
  rename,
  withdraw,
} from './given.ts'

const cents = fc.integer({ min: 1, max: 2_000 })
const overdraft = fc.oneof(fc.integer({ min: 0, max: 1_500 }), fc.constant('unlimited' as const))
const entry = fc.oneof(cents.map(credit), cents.map(debit))
const command: fc.Arbitrary<AccountCommand> = fc.oneof(
  overdraft.map(open),
  fc.constant(rename('Lovelace')),
  { weight: 4, arbitrary: cents.map(deposit) },
  { weight: 4, arbitrary: cents.map(withdraw) },
  { weight: 4, arbitrary: fc.tuple(entry, overdraft).map(([one, limit]) => post(one, limit)) },
  fc.constant(close),
)
const commands = fc.array(command, { maxLength: 40 })

/** Every event that these commands make, one after another. */
const run = (all: ReadonlyArray<AccountCommand>): ReadonlyArray<AccountEvent> => {
  const past: Array<AccountEvent> = []
  for (const one of all) {
    const decided = account.decider.decide(one, fold(past))
    if (E.isRight(decided)) past.push(...decided.right)
  }
  return past
}

const balanceOf = (events: ReadonlyArray<AccountEvent>): number => {
  const state = fold(events)
  return state.status === 'unopened' ? 0 : state.balance
}

describe('whatever is asked of an account', () => {
  test.prop([commands])('its balance is what came in less what went out', (all) => {
    const events = run(all)
    const moved = events.map((event) => {
      if (event.type === 'MoneyDeposited') return event.data.amount
      return event.type === 'MoneyWithdrawn' ? -event.data.amount : 0
    })
    expect(balanceOf(events)).toBe(moved.reduce((sum, amount) => sum + amount, 0))
  })

  test.prop([commands])('no withdrawal takes it below the limit it had then', (all) => {
    const events = run(all)
    for (const [i, event] of events.entries()) {
      const after = fold(events.slice(0, i + 1))
      if (event.type !== 'MoneyWithdrawn' || after.status === 'unopened' || after.overdraft === 'unlimited') continue
      expect(after.balance).toBeGreaterThanOrEqual(-after.overdraft)
    }
  })

  test.prop([commands])('it is opened first and once, and after closing only entries are declined', (all) => {
    const types = run(all).map(({ type }) => type)
    expect(types.slice(1)).not.toContain('AccountOpened')
    if (types.length > 0) expect(types[0]).toBe('AccountOpened')
    const end = types.indexOf('AccountClosed')
    const after = end < 0 ? [] : types.slice(end + 1)
    expect(after.filter((type) => type !== 'EntryDeclined')).toEqual([])
  })

  test.prop([commands, entry])('an entry of a statement leaves a trace, taken or declined', (all, one) => {
    const past = run(all)
    const last = F.pipe(
      account.decider.decide(post(one), fold(past)),
      E.map((events) => events.at(-1)?.type),
    )
    expect([E.right('MoneyDeposited'), E.right('MoneyWithdrawn'), E.right('EntryDeclined')]).toContainEqual(last)
  })

  test.prop([commands])('what is stored comes back the same', (all) => {
    for (const event of run(all)) {
      expect(F.pipe(account.events.encode(event), E.chainW(stored), E.chainW(account.events.decode))).toEqual(
        E.right([event]),
      )
    }
  })
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
  it('is that of the decider', () => {
    expect(fold([])).toEqual({ status: 'unopened' })
    expect(fold([opened(5), deposited(7), closed])).toEqual({ status: 'closed', name: 'Ada', overdraft: 5, balance: 7 })
    expect(Decider.fold(account.decider)([deposited(7)])).toEqual({ status: 'unopened' })
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
    ['more than is exact', { ...good, amount: 2 ** 53 }],
    ['a day that is none', { ...good, date: '1993-02-30' }],
    ['a purpose nobody knows', { ...good, purpose: 'bribe' }],
  ])('refuses %s', (_, data) => {
    expect(decode('MoneyDeposited', good)).toMatchObject(E.right([{ type: 'MoneyDeposited' }]))
    expect(decode('MoneyDeposited', data)).toMatchObject(
      E.left({ _tag: 'DecodeFailure', reason: { _tag: 'InvalidData' } }),
    )
  })
  it('refuses a blank name', () =>
    expect(decode('AccountOpened', { name: ' ', overdraft: 0 })).toMatchObject(E.left({ _tag: 'DecodeFailure' })))
  it('keeps a purpose in other words to the letter', () =>
    expect(decode('MoneyDeposited', { ...good, purpose: { other: ' ' } })).toMatchObject(
      E.right([{ data: { purpose: { other: ' ' } } }]),
    ))
})
