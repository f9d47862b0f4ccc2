import { storeUnavailable } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import { Contracts, EventImport, ExportedEvent, makeActions, OperationLog, ParkedTrial } from '@foldlog/operations'
import { ParkedEvent, PendingTimer } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { append, domain, right, running, stored, until } from './shop.ts'

const reason = { by: 'Ada', why: 'the codec was corrected' }

describe('an action', () => {
  it('is written down before it is done, and after', async () => {
    const { store, application } = await running()
    await append(store, 'cart-a', stored('Strange', {}), stored('CheckedOut', {}))
    await until(async () => (await right(ParkedEvent.list(store, 'carts'))).length === 2)
    const actions = makeActions(store, reason)
    expect(await right(actions.retry('carts'))).toBe(1)
    expect(await actions.discard('carts', { position: 99 })()).toMatchObject({ left: { _tag: 'InvalidInput' } })
    expect(await right(actions.discard('carts', { position: 1 }))).toBe(1)
    await until(async () => (await right(ParkedEvent.list(store, 'carts'))).length === 0)
    expect(await right(actions.resume('carts'))).toBe(false)
    const log = (await right(OperationLog.list(store)())).toReversed()
    expect(log.map(({ data }) => data)).toMatchObject([
      { action: 'retry', handler: 'carts', ...reason },
      { outcome: 'requested for 1' },
      { action: 'discard', handler: 'carts', details: { position: 99 } },
      { outcome: 'failed', problem: 'InvalidInput' },
      { action: 'discard', details: { position: 1 } },
      { outcome: 'requested for 1' },
      { action: 'resume', handler: 'carts' },
      { outcome: 'was not stopped' },
    ])
    expect(log[0]?.metadata.user).toEqual({ operator: 'Ada' })
    await application.stop()
  })

  it('is not done when it cannot be written down, or has no reason', async () => {
    const store = makeMemoryStore()
    let resumed = 0
    const handlerStatuses = async () => {
      resumed++
      return E.right([])
    }
    const away = { ...store, handlerStatuses, append: () => TE.left(storeUnavailable('away', true, undefined)) }
    expect(await makeActions(away, reason).resume('carts')()).toMatchObject({ left: { _tag: 'StoreUnavailable' } })
    for (const wrong of [
      { by: '', why: 'x' },
      { by: 'x', why: ' ' },
      { by: 'x', why: undefined as never },
    ])
      expect(await makeActions({ ...store, handlerStatuses }, wrong).resume('carts')()).toMatchObject({
        left: { _tag: 'InvalidInput' },
      })
    expect(resumed).toBe(0)
    expect(await right(store.settledPosition)).toBe(0)
  })

  it('fires and moves timers, and removes and renames handlers', async () => {
    const { store, application, checkOut } = await running()
    await checkOut('a')
    await until(async () => (await right(store.readLog({ filter: { categories: ['note'] } }))).events.length === 2)
    await application.stop()
    const actions = makeActions(store, reason)
    const document = { name: 'reminders', generation: 1, kind: 'timer', key: 'none' } as const
    expect(await right(actions.fireTimer({ document }))).toBe(false)
    expect(await right(actions.moveTimer({ document }, new Date(0)))).toBe(false)
    expect((await right(PendingTimer.page(store, { name: 'reminders' }))).timers).toEqual([])
    await right(actions.rename('carts', 'baskets'))
    expect(await right(actions.remove('baskets'))).toMatchObject({ generations: [1_000_000] })
    expect(await actions.remove('baskets')()).toMatchObject({ left: { _tag: 'InvalidInput' } })
  })
})

describe('a parked event', () => {
  it('is tried in memory with the code of this process', async () => {
    const { store, application } = await running()
    await append(store, 'cart-a', stored('Strange', {}), stored('ItemAdded', { item: 'tea', quantity: 4 }, 2))
    await until(async () => (await right(ParkedEvent.list(store, 'carts'))).length === 2)
    const [first, second] = await right(ParkedEvent.list(store, 'carts'))
    const [process] = await right(ParkedEvent.list(store, 'reminders'))
    if (!first || !second || !process) throw new Error('an event is not parked')
    const run = ParkedTrial.run(domain, store)
    expect(await right(run(first))).toMatchObject({ _tag: 'Failed', why: expect.stringContaining('Strange') })
    expect(await right(run(second))).toMatchObject({
      _tag: 'Projected',
      views: [{ key: 'cart-a', before: undefined, after: { items: 4 } }],
    })
    expect(await right(run({ ...second, document: process.document }))).toMatchObject({ _tag: 'Decodable' })
    expect(await right(ParkedEvent.list(store, 'carts'))).toHaveLength(2)
    await application.stop()
  })
})

describe('an export', () => {
  it('is imported into another store with ids, streams, versions and metadata, and again', async () => {
    const store = makeMemoryStore()
    await append(
      store,
      'cart-a',
      stored('ItemAdded', { item: 'tea' }, 1, { correlationId: 'r', user: { name: 'Ada' } }),
    )
    await append(store, 'cart-b', stored('CheckedOut', {}))
    await append(store, 'cart-a', stored('CheckedOut', {}), stored('Strange', null))
    const { events } = await right(store.readLog())
    const lines = events.map((event) => JSON.stringify(ExportedEvent.of(event)))
    const parsed = lines.map(ExportedEvent.parse)
    const imported = parsed.flatMap((one) => (E.isRight(one) ? [one.right] : []))
    const other = makeMemoryStore()
    expect(await right(EventImport.run(other)(imported.slice(0, 2)))).toEqual({ stored: 2, present: 0 })
    expect(await right(EventImport.run(other)(imported))).toEqual({ stored: 2, present: 2 })
    const copied = (await right(other.readLog())).events
    expect(copied.map(({ recordedAt: _, ...event }) => event)).toEqual(
      events.map(({ recordedAt: _, ...event }) => event),
    )
    await append(other, 'cart-b', stored('CheckedOut', {}))
    const later = { ...imported[1], id: stored('x', null).id, version: 2 } as (typeof imported)[number]
    expect(await EventImport.run(other)([later])()).toMatchObject({ left: { _tag: 'VersionConflict' } })
  })

  it('refuses lines that are no events', () => {
    for (const line of [
      '',
      '{',
      '[]',
      '{"id":"x"}',
      JSON.stringify({ ...stored('A', null), stream: 'nodash', version: 1 }),
    ])
      expect(ExportedEvent.parse(line)).toMatchObject({ left: { _tag: 'InvalidInput' } })
  })

  it('is a CloudEvent', async () => {
    const store = makeMemoryStore({ clock: () => 0 })
    await append(store, 'cart-a', stored('CheckedOut', {}, 1, { causationId: 'c', user: { a: 1 } }))
    const { events } = await right(store.readLog())
    expect(events.map(ExportedEvent.toCloudEvent('urn:shop'))).toMatchObject([
      {
        specversion: '1.0',
        source: 'urn:shop',
        type: 'CheckedOut',
        subject: 'cart-a',
        time: '1970-01-01T00:00:00.000Z',
        sequence: '0000000000000001',
        causationid: 'c',
        userrecord: '{"a":1}',
      },
    ])
  })
})

describe('the contracts of a domain', () => {
  const contracts = Contracts.of(domain)

  it('say who writes and who reads each form', () => {
    expect(contracts.map((one) => [Contracts.nameOf(one), one.isCurrent, one.producers, one.consumers])).toEqual([
      ['cart.CheckedOut.v1', true, ['cart'], ['carts', 'reminders']],
      ['cart.ItemAdded.v1', false, [], ['carts', 'reminders']],
      ['cart.ItemAdded.v2', true, ['cart'], ['carts', 'reminders']],
      ['note.Noted.v1', true, ['note'], []],
    ])
    expect(contracts.every(({ schema }) => schema !== null)).toBe(true)
  })

  it('are compared with those that were written down', () => {
    const written = JSON.parse(JSON.stringify(contracts)) as typeof contracts
    expect(Contracts.changes(written, contracts)).toEqual([])
    const [first, second, ...rest] = written
    if (!first || !second) throw new Error('there are no contracts')
    const older = [{ ...first, schema: { type: 'string' } }, { ...second, type: 'Gone' }, ...rest]
    expect(Contracts.changes(older, contracts).map(({ _tag, contract }) => [_tag, contract.type])).toEqual([
      ['Changed', 'CheckedOut'],
      ['Removed', 'Gone'],
      ['Added', 'ItemAdded'],
    ])
  })

  it('are an AsyncAPI document whose references lead somewhere', () => {
    const document = Contracts.asyncApi(contracts, { title: 'shop', version: '1' })
    const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path)
    expect(references.length).toBeGreaterThan(10)
    for (const path of references.filter((one) => /^(channels|components)/.test(one)))
      expect(path.split('/').reduce<unknown>((at, key) => Reflect.get(Object(at), key), document)).toBeDefined()
  })
})
