import { Aggregate, type Command, EventCodec, type EventOf } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, ProcessManager, Reaction } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { right, startRuntime, until } from './fixtures.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 }

const AccountEvent = EventCodec.make({
  Opened: t.strict({}),
  Withdrawn: t.strict({ amount: t.number, transfer: t.string, to: t.string }),
  Deposited: t.strict({ amount: t.number, transfer: t.string }),
  Refunded: t.strict({ amount: t.number, transfer: t.string }),
})
type AccountEvent = EventOf<typeof AccountEvent>

type AccountCommand =
  | { readonly type: 'Open'; readonly data: { readonly id: string } }
  | {
      readonly type: 'Withdraw'
      readonly data: { readonly id: string; readonly amount: number; readonly transfer: string; readonly to: string }
    }
  | {
      readonly type: 'Deposit'
      readonly data: { readonly id: string; readonly amount: number; readonly transfer: string }
    }
  | {
      readonly type: 'Refund'
      readonly data: { readonly id: string; readonly amount: number; readonly transfer: string }
    }

interface Account {
  readonly open: boolean
  readonly balance: number
}

const account = Aggregate.make({
  category: 'account',
  commands: ['Open', 'Withdraw', 'Deposit', 'Refund'],
  id: ({ data }: AccountCommand) => data.id,
  events: AccountEvent,
  decider: {
    initialState: { open: false, balance: 100 },
    evolve: (state: Account, { type, data }: AccountEvent): Account => {
      if (type === 'Opened') return { ...state, open: true }
      return { ...state, balance: state.balance + (type === 'Withdrawn' ? -data.amount : data.amount) }
    },
    decide: (
      command: AccountCommand,
      { open }: Account,
    ): E.Either<{ readonly _tag: 'NotOpen' }, ReadonlyArray<AccountEvent>> => {
      switch (command.type) {
        case 'Open':
          return E.right([{ type: 'Opened', data: {} }])
        case 'Withdraw': {
          const { amount, transfer, to } = command.data
          return E.right([{ type: 'Withdrawn', data: { amount, transfer, to } }])
        }
        case 'Deposit':
          return open
            ? E.right([{ type: 'Deposited', data: { amount: command.data.amount, transfer: command.data.transfer } }])
            : E.left({ _tag: 'NotOpen' })
        case 'Refund':
          return E.right([{ type: 'Refunded', data: { amount: command.data.amount, transfer: command.data.transfer } }])
      }
    },
  },
})

const State = t.union([t.strict({ from: t.string, amount: t.number }), t.null])

const transfers = ProcessManager.make({
  name: 'transfers',
  from: [account],
  start: 'origin',
  to: [account],
  partitions: 3,
  state: State,
  initialState: null as t.TypeOf<typeof State>,
  key: ({ event }) => (event.type === 'Opened' ? undefined : event.data.transfer),
  evolve: (state, input) => {
    if (input._tag !== 'EventHappened' || input.event.event.type !== 'Withdrawn') return state
    return { from: input.event.stream.slice('account-'.length), amount: input.event.event.data.amount }
  },
  react: (state, input): ReadonlyArray<Reaction<AccountCommand>> => {
    if (state === null) return []
    if (input._tag === 'EventHappened') {
      const { event } = input.event
      if (event.type === 'Withdrawn') {
        const { to, amount, transfer } = event.data
        return [
          Reaction.send({ type: 'Deposit', data: { id: to, amount, transfer } }),
          Reaction.schedule('deadline', new Date(input.event.recordedAt.getTime() + 60_000)),
        ]
      }
      return event.type === 'Deposited' || event.type === 'Refunded' ? [Reaction.end, Reaction.cancel('deadline')] : []
    }
    if (input._tag === 'CommandRejected' && input.command.type === 'Deposit') {
      const { data } = input.command
      return [
        Reaction.send({
          type: 'Refund',
          data: { id: state.from, amount: state.amount, transfer: data.transfer },
        }),
      ]
    }
    return []
  },
})

describe('a process manager', () => {
  it('sends commands, reacts to rejections, and ends', async () => {
    const store = makeMemoryStore()
    const { dispatch, load } = makeDispatcher({ store, aggregates: [account] })
    const runtime = makeHandlerRuntime({
      store,
      handlers: [transfers],
      limits,
      // The process sends commands of the account only.
      dispatch: (command: Command, context) => dispatch(command as AccountCommand, context),
    })
    for (const id of ['a', 'b']) right(await dispatch({ type: 'Open', data: { id } })())
    await startRuntime(runtime)
    const move = (from: string, to: string, amount: number, transfer: string) =>
      dispatch({ type: 'Withdraw', data: { id: from, to, amount, transfer } })()
    await Promise.all(Array.from({ length: 20 }, (_, i) => move('a', i % 4 === 0 ? 'closed' : 'b', 1, `t${i}`)))
    await until(async () => {
      const [a, b] = [right(await load(account, 'a')()), right(await load(account, 'b')())]
      return a.state.balance === 85 && b.state.balance === 115
    })
    await until(async () => {
      const [status] = right(await store.handlerStatuses())
      return status?.commands === 0 && status.timers === 0
    })
    expect(right(await store.listDocuments({ name: 'transfers', kind: 'process' })()).documents).toEqual([])
    expect(right(await load(account, 'closed')()).version).toBe(0)
    await runtime.stop()
  })

  it('reacts to a rejection whatever its tag is', async () => {
    const store = makeMemoryStore()
    const { dispatch, load } = makeDispatcher({ store, aggregates: [account] })
    const runtime = makeHandlerRuntime({
      store,
      handlers: [transfers],
      limits,
      dispatch: (command: Command, context) =>
        // The process sends commands of the account only.
        command.type === 'Deposit' ? TE.left({ _tag: 'Abandoned' }) : dispatch(command as AccountCommand, context),
    })
    right(await dispatch({ type: 'Open', data: { id: 'a' } })())
    await startRuntime(runtime)
    right(await dispatch({ type: 'Withdraw', data: { id: 'a', to: 'b', amount: 1, transfer: 't' } })())
    await until(async () => right(await load(account, 'a')()).version === 3)
    await runtime.stop()
  })

  it('fires timers in time, also when they were set before a restart', async () => {
    const store = makeMemoryStore()
    const fired: Array<string> = []
    const reminders = ProcessManager.make({
      name: 'reminders',
      from: [account],
      start: 'origin',
      state: t.number,
      initialState: 0,
      key: ({ stream }) => stream,
      evolve: (n, input) => {
        if (input._tag === 'TimerFired') fired.push(input.timer)
        return n + 1
      },
      react: (_, input) =>
        input._tag === 'EventHappened'
          ? [Reaction.schedule('soon', new Date(input.event.recordedAt.getTime() + 150))]
          : [Reaction.end],
    })
    const { dispatch } = makeDispatcher({ store, aggregates: [account] })
    const first = makeHandlerRuntime({ store, handlers: [reminders], dispatch: () => TE.right(undefined), limits })
    await startRuntime(first)
    const opened = right(await dispatch({ type: 'Open', data: { id: 'a' } })())
    right(await first.waitFor(['reminders'], opened.events[0]?.position ?? 0)())
    await first.stop()
    expect(fired).toEqual([])
    const second = makeHandlerRuntime({ store, handlers: [reminders], dispatch: () => TE.right(undefined), limits })
    await startRuntime(second)
    await until(() => fired.length > 0)
    await until(async () => right(await store.handlerStatuses())[0]?.timers === 0)
    expect(fired).toEqual(['soon'])
    await second.stop()
  })
})
