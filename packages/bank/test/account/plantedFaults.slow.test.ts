import {
  type Account,
  type AccountCommand,
  type AccountError,
  AccountEvent,
  AccountName,
  account,
  type OpenedAccount,
  Overdraft,
  Reason,
} from '@foldlog/bank'
import { type Decider, EventCodec } from '@foldlog/core'
import { arbitraryEvents, type BrokenLaw, findCounterexample } from '@foldlog/testing'
import { describe, expect, it } from '@jest/globals'
import { either as E, function as F, option as O } from 'fp-ts'
import * as t from 'io-ts'
import { commands, rules } from './rules.ts'

type AccountDecider = Decider<AccountCommand, AccountEvent, Account, AccountError>
type Events = Pick<EventCodec<AccountEvent>, 'encode' | 'decode'>

const { decide, evolve, initialState } = account.decider

/** The account with a different decision for some commands. */
const deciding = (
  wrong: (command: AccountCommand, state: Account) => ReturnType<AccountDecider['decide']> | undefined,
): AccountDecider => ({
  initialState,
  evolve,
  decide: (command, state) => wrong(command, state) ?? decide(command, state),
})

/** The account with a different fold of some events. */
const evolving = (wrong: (state: OpenedAccount, event: AccountEvent) => Account | undefined): AccountDecider => ({
  initialState,
  decide,
  evolve: (state, event) => (state.status === 'unopened' ? undefined : wrong(state, event)) ?? evolve(state, event),
})

const change = (event: AccountEvent, f: (amount: number) => string): AccountEvent =>
  event.type === 'MoneyDeposited' ? { ...event, data: { ...event.data, reference: f(event.data.amount) } } : event

/** The amount that an open account loses by a withdrawal, without further conditions. */
const withdrawal = (
  command: AccountCommand,
  state: Account,
  allowed: (balance: number, limit: number) => boolean,
): ReturnType<AccountDecider['decide']> | undefined => {
  if (command.type !== 'Withdraw' || state.status !== 'open' || state.overdraft === 'unlimited') return undefined
  const { entry } = command.data
  const { balance, overdraft } = state
  if (!Number.isSafeInteger(balance - entry.amount)) return undefined
  return allowed(balance - entry.amount, -overdraft)
    ? E.right([{ type: 'MoneyWithdrawn', data: entry }])
    : E.left({ _tag: 'Overdrawn', balance, overdraft, amount: entry.amount })
}

interface Planted {
  readonly law: BrokenLaw
  readonly why: string
  readonly decider?: AccountDecider
  readonly events?: Events
}

const planted: Readonly<Record<string, Planted>> = {
  'a forgotten limit': {
    law: 'InvariantBroken',
    why: 'no withdrawal goes beyond the limit: does not hold',
    decider: deciding((command, state) => withdrawal(command, state, () => true)),
  },
  'a limit that is one cent too far': {
    law: 'InvariantBroken',
    why: 'no withdrawal goes beyond the limit: does not hold',
    decider: deciding((command, state) => withdrawal(command, state, (left, limit) => left >= limit - 1)),
  },
  'a limit that cannot be reached': {
    law: 'InvariantBroken',
    why: 'a withdrawal within the limit is not rejected: does not hold',
    decider: deciding((command, state) => withdrawal(command, state, (left, limit) => left > limit)),
  },
  'a closed account that takes money': {
    law: 'InvariantBroken',
    why: 'after closing, entries are declined and nothing else happens: does not hold',
    decider: deciding((command, state) =>
      command.type === 'Deposit' && state.status === 'closed'
        ? decide(command, { ...state, status: 'open' })
        : undefined,
    ),
  },
  'an account that is opened again': {
    law: 'InvariantBroken',
    why: 'opening is the first event, and happens once: does not hold',
    decider: deciding((command, state) =>
      command.type === 'OpenAccount' && state.status === 'closed' ? decide(command, initialState) : undefined,
    ),
  },
  'a balance that is no longer exact': {
    law: 'InvariantBroken',
    why: 'the balance is exact: does not hold',
    decider: deciding((command, state) =>
      command.type === 'Deposit' && state.status === 'open'
        ? E.right([{ type: 'MoneyDeposited', data: command.data.entry }])
        : undefined,
    ),
  },
  'an entry that leaves no trace': {
    law: 'InvariantBroken',
    why: 'an entry of a statement leaves an event, accepted or declined: does not hold',
    decider: deciding((command, state) =>
      command.type === 'PostEntry' && state.status === 'closed' ? E.right([]) : undefined,
    ),
  },
  'a decision left to chance': {
    law: 'DecideDiffers',
    why: 'decide answered otherwise',
    decider: deciding((command, state) =>
      F.pipe(
        decide(command, state),
        E.map((events) => events.map((event) => change(event, () => String(Math.random())))),
      ),
    ),
  },
  'a decision that reads the clock': {
    law: 'DecideDiffers',
    why: 'decide answered otherwise',
    decider: deciding((command, state) =>
      F.pipe(
        decide(command, state),
        E.map((events) => events.map((event) => change(event, () => String(Date.now())))),
      ),
    ),
  },
  'a decision that throws': {
    law: 'DecideThrew',
    why: 'decide threw Error: no name',
    decider: deciding((command, state) => {
      if (command.type === 'RenameAccount' && !('name' in state)) throw new Error('no name')
      return undefined
    }),
  },
  'a decision that sorts its command': {
    law: 'ArgumentChanged',
    why: 'decide tried to change what it was given',
    decider: deciding((command) => {
      if (command.type === 'Deposit') Object.assign(command.data.entry, { reference: null })
      return undefined
    }),
  },
  'a mutated state': {
    law: 'ArgumentChanged',
    why: 'evolve tried to change what it was given',
    decider: evolving((state, event) =>
      event.type === 'MoneyDeposited'
        ? Object.assign(state, { balance: state.balance + event.data.amount })
        : undefined,
    ),
  },
  'a fold that throws': {
    law: 'EvolveThrew',
    why: 'evolve threw Error: declined',
    decider: evolving((_, event) => {
      if (event.type === 'EntryDeclined') throw new Error('declined')
      return undefined
    }),
  },
  'a fold that throws on a history that no decision makes': {
    law: 'EvolveThrew',
    why: 'evolve threw Error: twice',
    decider: evolving((_, event) => {
      if (event.type === 'AccountOpened') throw new Error('twice')
      return undefined
    }),
  },
  'a rename that forgets': {
    law: 'InvariantBroken',
    why: 'the name is that of the last renaming: does not hold',
    decider: evolving((state, event) => (event.type === 'AccountRenamed' ? state : undefined)),
  },
  'a new limit that is not kept': {
    law: 'InvariantBroken',
    why: 'the limit is that of the last agreement: does not hold',
    decider: evolving((state, event) => (event.type === 'OverdraftChanged' ? state : undefined)),
  },
  'a heading that is booked on the wrong side': {
    law: 'InvariantBroken',
    why: 'the balance is the sum of credits less the sum of debits: does not hold',
    decider: evolving((state, event) =>
      event.type === 'MoneyWithdrawn' && event.data.heading === 'withdrawal'
        ? { ...state, balance: state.balance + event.data.amount }
        : undefined,
    ),
  },
  'a codec that drops a field': {
    law: 'NotStored',
    why: 'EntryDeclined cannot be stored: data.entry: decoding it does not give the same value',
    events: (() => {
      const Forgetful = EventCodec.make({ EntryDeclined: t.strict({ reason: Reason }) })
      return {
        encode: (event) =>
          // The fault: the data has more fields than this codec keeps.
          event.type === 'EntryDeclined' ? Forgetful.encode(event as never) : AccountEvent.encode(event),
        decode: AccountEvent.decode,
      }
    })(),
  },
  'a name that is stored trimmed': {
    law: 'NotStored',
    why: 'AccountOpened cannot be stored: data.name: decoding it does not give the same value',
    events: (() => {
      const Trimming = EventCodec.make({ AccountOpened: t.strict({ name: trimmed(), overdraft: Overdraft }) })
      return {
        encode: (event) => (event.type === 'AccountOpened' ? Trimming.encode(event) : AccountEvent.encode(event)),
        decode: AccountEvent.decode,
      }
    })(),
  },
  'an upcast that reads its own version': {
    law: 'StoredDiffers',
    why: 'the event comes back from the store as another',
    events: {
      encode: AccountEvent.encode,
      decode: (stored) =>
        F.pipe(
          AccountEvent.decode(stored),
          E.map((events) =>
            events.map((event) =>
              event.type === 'MoneyWithdrawn' ? { ...event, data: { ...event.data, partner: null } } : event,
            ),
          ),
        ),
    },
  },
}

function trimmed() {
  return new t.Type(
    'Trimmed',
    AccountName.is,
    AccountName.validate,
    // Trimmed, it is still not blank.
    (name) => name.trim() as AccountName,
  )
}

const events = arbitraryEvents(AccountEvent)

const find = (decider: AccountDecider, codec: Events, seed: number) =>
  findCounterexample({ decider, events: codec }, { commands, events, invariants: rules, numRuns: 1_000, seed })

describe('a planted fault', () => {
  it.each(Object.entries(planted))('%s is found within five commands', (_, { law, why, ...wrong }) => {
    const found = find(wrong.decider ?? account.decider, wrong.events ?? AccountEvent, 1)
    if (O.isNone(found)) throw new Error('not found')
    expect(found.value).toMatchObject({ law, why: expect.stringContaining(why) })
    expect(found.value.commands.length).toBeLessThanOrEqual(5)
    expect(found.value.code).toContain('given(')
  })
})

describe('the account itself', () => {
  it('has no fault that the same search finds', () => expect(find(account.decider, AccountEvent, 1)).toEqual(O.none))
})
