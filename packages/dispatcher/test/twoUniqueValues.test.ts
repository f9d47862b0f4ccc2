import {
  Boundary,
  CommandCodec,
  EventCodec,
  type EventOf,
  KeyedHash,
  StreamName,
  UniqueValue,
  View,
} from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { describe, expect, it } from '@jest/globals'
import { readonlyArray as A, either as E, option as O } from 'fp-ts'
import * as t from 'io-ts'

const person = t.strict({ account: t.string, email: t.string, name: t.string })
const events = { Registered: person, Closed: person }

const email = UniqueValue.make(events, {
  tag: 'email',
  hash: KeyedHash.make({ key: 'a key that only this test has' }),
  on: {
    Registered: (data) => UniqueValue.claim(data.email),
    Closed: (data) => UniqueValue.release(data.email),
  },
})

const name = UniqueValue.make(events, {
  tag: 'name',
  on: {
    Registered: (data) => UniqueValue.claim(data.name),
    Closed: (data) => UniqueValue.release(data.name),
  },
})

const AccountEvent = EventCodec.make(events, { tags: UniqueValue.tags([email, name]) })
type AccountEvent = EventOf<typeof AccountEvent>

const accounts = Boundary.make({
  commands: CommandCodec.make({ Register: person, Close: person }),
  events: AccountEvent,
  reads: ({ data }) => View.all({ email: email.owner(data.email), name: name.owner(data.name) }),
  decide: ({ type, data }, owners): E.Either<string, ReadonlyArray<AccountEvent>> => {
    if (type === 'Close') return E.right([{ type: 'Closed', data }])
    if (O.isSome(owners.email)) return E.left('email taken')
    return O.isSome(owners.name) ? E.left('name taken') : E.right([{ type: 'Registered', data }])
  },
  stream: ({ data }) => StreamName.make('account', data.account),
})

const dispatcherOf = () => makeDispatcher({ store: makeMemoryStore(), aggregates: [], decisions: [accounts] })

const register = (account: string, email: string, name: string) =>
  ({ type: 'Register', data: { account, email, name } }) as const

describe('two unique values of one event', () => {
  it('have one owner each, however many claim them at once', async () => {
    const { dispatch } = dispatcherOf()
    for (const [of, commandOf] of [
      ['email', (i: number) => register(`e${i}`, 'ada@x.org', `Name ${i}`)],
      ['name', (i: number) => register(`n${i}`, `address${i}@x.org`, 'Eve')],
    ] as const) {
      const outcomes = await Promise.all(Array.from({ length: 8 }, (_, i) => dispatch(commandOf(i))()))
      expect(A.rights(outcomes)).toHaveLength(1)
      expect(A.lefts(outcomes)).toEqual(Array.from({ length: 7 }, () => `${of} taken`))
    }
  })

  it('are released together', async () => {
    const { dispatch } = dispatcherOf()
    const { data } = register('1', 'ada@x.org', 'Ada')
    expect(await dispatch({ type: 'Register', data })()).toMatchObject({ _tag: 'Right' })
    expect(await dispatch(register('2', 'ada@x.org', 'Eve'))()).toEqual(E.left('email taken'))
    expect(await dispatch(register('2', 'eve@x.org', 'Ada'))()).toEqual(E.left('name taken'))
    expect(await dispatch({ type: 'Close', data })()).toMatchObject({ _tag: 'Right' })
    expect(await dispatch(register('2', 'ada@x.org', 'Ada'))()).toMatchObject({ _tag: 'Right' })
  })
})
