import {
  Boundary,
  CommandCodec,
  EventCodec,
  type EventOf,
  KeyedHash,
  StreamName,
  Tag,
  UniqueValue,
  View,
} from '@foldlog/core'
import { either as E, option as O } from 'fp-ts'
import * as t from 'io-ts'

/** Accounts with an e-mail address that no other account has. */
const events = {
  Registered: t.strict({ account: t.string, email: t.string }),
  EmailChanged: t.strict({ account: t.string, from: t.string, to: t.string }),
  Closed: t.strict({ account: t.string, email: t.string }),
}

export const uniqueEmail = UniqueValue.make(events, {
  tag: 'email',
  hash: KeyedHash.make({ key: 'a key that only this test has' }),
  normalize: (email) => email.toLowerCase(),
  on: {
    Registered: ({ email }) => UniqueValue.claim(email),
    EmailChanged: ({ from, to }) => UniqueValue.change(from, to),
    Closed: ({ email }) => UniqueValue.release(email),
  },
})

const accountTag = (account: string) => Tag.of('account', account)

export const AccountEvent = EventCodec.make(events, {
  tags: {
    Registered: (data) => [...uniqueEmail.tags.Registered(data), accountTag(data.account)],
    EmailChanged: (data) => [...uniqueEmail.tags.EmailChanged(data), accountTag(data.account)],
    Closed: (data) => [...uniqueEmail.tags.Closed(data), accountTag(data.account)],
  },
})
export type AccountEvent = EventOf<typeof AccountEvent>

const emailOf = (account: string) =>
  View.make({
    events: AccountEvent,
    initialState: O.none as O.Option<string>,
    on: {
      Registered: (_, { data }) => O.some(data.email),
      EmailChanged: (_, { data }) => O.some(data.to),
      Closed: () => O.none,
    },
    tags: [accountTag(account)],
  })

export type AccountRefusal = 'taken' | 'registered already' | 'not registered'

const taken = (owner: O.Option<StreamName>, account: string) =>
  O.isSome(owner) && StreamName.id(owner.value) !== account

export const accounts = Boundary.make({
  commands: CommandCodec.make({
    Register: t.strict({ account: t.string, email: t.string }),
    ChangeEmail: t.strict({ account: t.string, email: t.string }),
    Close: t.strict({ account: t.string }),
  }),
  events: AccountEvent,
  reads: ({ type, data }) =>
    View.all({
      own: emailOf(data.account),
      owner: type === 'Close' ? View.of(O.none as O.Option<StreamName>) : uniqueEmail.owner(data.email),
    }),
  decide: ({ type, data }, { own, owner }): E.Either<AccountRefusal, ReadonlyArray<AccountEvent>> => {
    const { account } = data
    if (type === 'Register') {
      if (O.isSome(own)) return E.left('registered already')
      return taken(owner, account) ? E.left('taken') : E.right([{ type: 'Registered', data }])
    }
    if (O.isNone(own)) return E.left('not registered')
    if (type === 'Close') return E.right([{ type: 'Closed', data: { account, email: own.value } }])
    if (taken(owner, account)) return E.left('taken')
    return E.right([{ type: 'EmailChanged', data: { account, from: own.value, to: data.email } }])
  },
  stream: ({ data }) => StreamName.make('account', data.account),
})

export const register = (account: string, email: string) => ({ type: 'Register', data: { account, email } }) as const
export const changeEmail = (account: string, email: string) =>
  ({ type: 'ChangeEmail', data: { account, email } }) as const
export const close = (account: string) => ({ type: 'Close', data: { account } }) as const
