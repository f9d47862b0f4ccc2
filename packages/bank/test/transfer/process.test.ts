import { account, transfer } from '@foldlog/bank'
import { makeDispatcher } from '@foldlog/dispatcher'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import { afterEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import {
  type BankApplication,
  type BankApplicationOptions,
  bankApplication,
} from '../../src/handlers/bankApplication.ts'
import { ada, credit, limit } from '../account/fixtures.ts'
import { accountOf, cents, idOf } from './fixtures.ts'

const right = <L, A>(either: E.Either<L, A>): A => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left))
  return either.right
}

const until = async (condition: () => Promise<boolean>): Promise<void> => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 2))
}

let running: ReadonlyArray<BankApplication> = []

afterEach(async () => {
  for (const one of running) await one.stop()
  running = []
})

/** A bank in memory with two accounts of 10.00 each. `through` wraps the sending of commands by the process. */
const begin = async (deadline: number, through: NonNullable<BankApplicationOptions['middleware']>, workers = 1) => {
  const store: MemoryStore = makeMemoryStore()
  const { dispatch, load } = makeDispatcher({ store, aggregates: [account, transfer] })
  for (const accountId of ['a', 'b']) {
    right(await dispatch({ type: 'OpenAccount', data: { accountId, name: ada, overdraft: limit(0) } })())
    right(await dispatch({ type: 'Deposit', data: { accountId, entry: credit(1_000) } })())
  }
  const limits = { leaseTime: 500, pollInterval: 50, idleCommitInterval: 5 }
  running = Array.from({ length: workers }, () => bankApplication({ store, deadline, middleware: through, limits }))
  for (const one of running) right(await one.start())
  return {
    store,
    request: async (id: string, amount: number, to = 'b') =>
      right(
        await dispatch({
          type: 'RequestTransfer',
          data: { transferId: idOf(id), from: accountOf('a'), to: accountOf(to), amount: cents(amount) },
        })(),
      ),
    transferOf: async (id: string) => right(await load(transfer, id)()).state,
    balances: async () => {
      const states = [right(await load(account, 'a')()).state, right(await load(account, 'b')()).state]
      return states.map((state) => (state.status === 'unopened' ? 0 : state.balance))
    },
    idle: () =>
      until(async () => {
        const documents = await Promise.all(
          (['process', 'command', 'timer'] as const).map((kind) => store.listDocuments({ name: 'transfers', kind })()),
        )
        return documents.every((page) => right(page).documents.length === 0)
      }),
  }
}

describe('the process of transfers', () => {
  it('moves money, with several workers, and keeps no state of completed transfers', async () => {
    const { request, transferOf, balances, idle } = await begin(30_000, (send) => send, 3)
    await Promise.all(Array.from({ length: 20 }, (_, i) => request(`t${i}`, 10, i % 4 === 0 ? 'nobody' : 'b')))
    await until(async () => (await balances()).join() === '850,1150')
    await idle()
    expect((await transferOf('t0')).status).toBe('compensated')
    expect((await transferOf('t1')).status).toBe('completed')
  })

  it('returns the money at the deadline when the target does not answer, and a late answer changes nothing', async () => {
    const held: Array<() => Promise<unknown>> = []
    const { request, transferOf, balances, idle } = await begin(100, (send) => (command, context) => {
      if (command.type !== 'ReceiveTransfer') return send(command, context)
      held.push(() => send(command, context)())
      return () => new Promise(() => {})
    })
    await request('t', 400)
    await until(async () => (await transferOf('t')).status !== 'under way')
    expect(await transferOf('t')).toMatchObject({ status: 'compensated', reason: 'no answer in time' })
    expect(await balances()).toEqual([1_000, 1_000])
    await idle()

    // Long after that, a command arrives for which no process waits.
    expect(held.length).toBeGreaterThan(0)
    for (const late of held) await late()
    expect(await balances()).toEqual([1_000, 1_000])
    expect((await transferOf('t')).status).toBe('compensated')
  })

  it('withdraws nothing when the source does not answer until the deadline', async () => {
    const held: Array<() => Promise<unknown>> = []
    const { request, transferOf, balances, idle } = await begin(100, (send) => (command, context) => {
      if (command.type !== 'SendTransfer') return send(command, context)
      held.push(() => send(command, context)())
      return () => new Promise(() => {})
    })
    await request('t', 400)
    await until(async () => (await transferOf('t')).status !== 'under way')
    expect(await transferOf('t')).toMatchObject({ status: 'refused', reason: 'no answer in time' })
    await idle()
    for (const late of held) await late()
    expect(await balances()).toEqual([1_000, 1_000])
  })

  it('completes a received transfer, although the answer was lost and the deadline has passed', async () => {
    const { request, transferOf, balances } = await begin(100, (send) => (command, context) => {
      if (command.type !== 'ReceiveTransfer') return send(command, context)
      return async () => {
        await send(command, context)()
        return new Promise(() => {})
      }
    })
    await request('t', 400)
    await until(async () => (await transferOf('t')).status !== 'under way')
    expect(await transferOf('t')).toMatchObject({ status: 'completed' })
    expect(await balances()).toEqual([600, 1_400])
  })

  it('resends a command until it is carried out', async () => {
    let failures = 0
    const { request, transferOf, balances } = await begin(20, (send) => (command, context) => {
      if (command.type !== 'CompleteTransfer' || failures >= 3) return send(command, context)
      failures++
      return async () => E.left({ _tag: 'DomainCodeFailed', command: command.type, why: 'a test', cause: undefined })
    })
    await request('t', 400)
    await until(async () => (await transferOf('t')).status !== 'under way')
    // On a slow machine the deadline may come first. Then there was nothing to complete.
    const { status } = await transferOf('t')
    expect(await balances()).toEqual(status === 'completed' ? [600, 1_400] : [1_000, 1_000])
    if (status === 'completed') expect(failures).toBe(3)
  })

  it('has a limit for the answers that it awaits; a user waits longer', async () => {
    const store = makeMemoryStore()
    const bank = bankApplication({
      store,
      deadline: 1,
      middleware: (next) => (command, context) => async () => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        return next(command, context)()
      },
    })
    running = [bank]
    const opened = await bank.dispatch({
      type: 'OpenAccount',
      data: { accountId: 'a', name: ada, overdraft: limit(0) },
    })()
    expect(opened).toMatchObject({ _tag: 'Right' })
    const data = { accountId: accountOf('a'), transferId: idOf('t'), to: accountOf('b'), amount: cents(1) }
    expect(await bank.dispatch({ type: 'SendTransfer', data })()).toEqual(E.left({ _tag: 'NoAnswer', milliseconds: 1 }))
  })
})
