import { Aggregate } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { AccountId, account, giftCard } from '@foldlog/gift-shop'
import { makeMemoryStore } from '@foldlog/memory-store'
import { EventHandler, makeHandlerRuntime, ParkedEvent } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { type ShopApplication, shopApplication } from '../../src/shop/shopApplication.ts'
import { money, name, right, until, valid } from '../fixtures.ts'
import { first, storeHistory } from './firstShop.ts'

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 }

const idOf = (id: string) => valid(AccountId, id)

const open = async ({ dispatch }: ShopApplication, id: string) =>
  right(await dispatch({ type: 'OpenAccount', data: { accountId: idOf(id), name: name('Eve') } })())

/** The position of the deposit in the log comes back. */
const deposit = async ({ dispatch }: ShopApplication, id: string, amount: number) =>
  right(await dispatch({ type: 'Deposit', data: { accountId: idOf(id), amount: money(amount) } })()).events.at(-1)
    ?.position ?? 0

/**
 * A handler for events of accounts and gift cards: once with the code of the first shop, once with the present code.
 */
const seer = (sources: 'first' | 'today', seen: Array<string>) =>
  EventHandler.make({
    name: 'seer',
    from: sources === 'first' ? [first.account, first.card] : [account, giftCard],
    start: 'origin',
    handle: ({ stream, event }) => {
      seen.push(`${stream} ${event.type}`)
      return TE.right(undefined)
    },
  })

describe('code of the first shop that reads present events', () => {
  it('names both versions, parks the stream, and continues with the others; present code resumes it, and nothing is lost', async () => {
    const store = makeMemoryStore()
    const before = await storeHistory(store)
    const seen: Array<string> = []
    const old = makeHandlerRuntime({ store, handlers: [seer('first', seen)], limits })
    right(await old.start())
    right(await old.waitFor(['seer'], before)())
    expect(seen).toHaveLength(13)
    seen.length = 0

    // The present shop writes, while a process of the first shop still runs.
    const today = shopApplication({ store })
    await open(today, 'eve')
    await deposit(today, 'eve', 5)
    const last = await deposit(today, 'grace', 7)

    right(await old.waitFor(['seer'], last)())
    expect(seen).toEqual(['account-grace MoneyDeposited'])
    const parked = right(await ParkedEvent.list(store, 'seer')())
    expect(parked.map(({ stream, version, type, behind }) => ({ stream, version, type, behind }))).toEqual([
      { stream: 'account-eve', version: 1, type: 'AccountOpened', behind: false },
      { stream: 'account-eve', version: 2, type: 'MoneyDeposited', behind: true },
    ])
    expect(parked[0]?.why).toContain('AccountOpened has schema version 2, this reader knows versions up to 1')
    await old.stop()

    const now = makeHandlerRuntime({ store, handlers: [seer('today', seen)], limits })
    right(await now.start())
    for (const one of parked) if (!one.behind) right(await ParkedEvent.retry(store, one)())
    await until(async () => right(await ParkedEvent.list(store, 'seer')()).length === 0)
    expect(seen).toEqual(['account-grace MoneyDeposited', 'account-eve AccountOpened', 'account-eve MoneyDeposited'])
    await now.stop()
  })

  it('rejects a decision on events that it cannot read, and gives the reason', async () => {
    const store = makeMemoryStore()
    await open(shopApplication({ store }), 'eve')
    const then = Aggregate.make({
      category: 'account',
      commands: ['Look'],
      id: ({ data }: { readonly type: 'Look'; readonly data: { readonly accountId: string } }) => data.accountId,
      decider: { initialState: null, evolve: () => null, decide: () => E.right([]) },
      events: first.account.events,
    })
    const { dispatch } = makeDispatcher({ store, aggregates: [then] })
    expect(await dispatch({ type: 'Look', data: { accountId: 'eve' } })()).toMatchObject({
      left: {
        _tag: 'DecodeFailure',
        stream: 'account-eve',
        type: 'AccountOpened',
        schemaVersion: 2,
        reason: { _tag: 'UnknownVersion', newestKnown: 1 },
      },
    })
  })
})
