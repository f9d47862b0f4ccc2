import { EventCodec, type StreamName } from '@foldlog/core'
import type { LogFilter } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import {
  type AnySource,
  EventHandler,
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  pull,
  subscribe,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { things } from './fixtures.ts'

const startWith = (from: ReadonlyArray<AnySource>, filter?: LogFilter) => {
  const handle = () => TE.right(undefined)
  const handler = EventHandler.make({
    name: 'mails',
    from,
    start: 'origin',
    handle,
    ...(filter === undefined ? undefined : { filter }),
  })
  return makeHandlerRuntime({ store: makeMemoryStore(), handlers: [handler] }).start
}

const events = things.events
const stream = (name: string) => name as StreamName

/** Filters that no event of the category `thing` can meet, and the part that the error names. */
const unmatchable: ReadonlyArray<readonly [filter: LogFilter, part: string]> = [
  [{ categories: [''] }, 'filter.categories'],
  [{ categories: ['thing-1'] }, 'filter.categories'],
  [{ categories: ['things'] }, 'filter.categories'],
  [{ categories: ['thing', 'things'] }, 'filter.categories'],
  [{ streams: [stream('thing')] }, 'filter.streams'],
  [{ streams: [stream('other-1')] }, 'filter.streams'],
  [{ streamPrefix: '-' }, 'filter.streamPrefix'],
  [{ streamPrefix: 'other-' }, 'filter.streamPrefix'],
  [{ types: ['added'] }, 'filter.types'],
  [{ types: [] }, 'filter.types'],
]

describe('what can never match is refused', () => {
  it('in the categories of a source, by the start of a runtime', async () => {
    for (const category of ['', 'a-b', '$a', 'a\n', 'a\0', '\ud800']) {
      const what = 'from[1].category of mails'
      expect(await startWith([things, { category, events }])()).toMatchObject({ left: { _tag: 'InvalidInput', what } })
      const former = [{ ...things, formerCategories: ['old', category] }]
      expect(await startWith(former)()).toMatchObject({ left: { what: 'from[0].formerCategories[1] of mails' } })
    }
    expect(await startWith([])()).toMatchObject({ left: { what: 'from of mails' } })
  })

  it('in the types of a handler, by the start of a runtime', async () => {
    for (const types of [['Addd'], ['Added', 'toString'], []]) {
      const options = { name: 'mails', from: [things], start: 'origin', handle: () => TE.right(undefined) } as const
      const handler = { ...EventHandler.make(options), types } as never
      const runtime = makeHandlerRuntime({ store: makeMemoryStore(), handlers: [handler] })
      expect(await runtime.start()).toMatchObject({ left: { _tag: 'InvalidInput', what: 'types of mails' } })
    }
  })

  it('in the filter of a handler, by the start of a runtime', async () => {
    for (const [filter, part] of unmatchable) {
      expect([filter, await startWith([things], filter)()]).toMatchObject([
        filter,
        { left: { _tag: 'InvalidInput', what: `${part} of mails` } },
      ])
    }
  })

  it('in the filter and the sources of an inline projection, by its opening', async () => {
    const projection = { name: 'views', from: [things], view: t.number, key: () => 'one', project: (n = 0) => n + 1 }
    for (const [filter, part] of unmatchable) {
      const projections = [InlineProjection.make({ ...projection, filter })]
      const opened = await makeInlineProjections({ store: makeMemoryStore(), projections }).open()
      expect([filter, opened]).toMatchObject([filter, { left: { what: `${part} of views` } }])
    }
  })

  it('in the filter of a subscription and of a pull subscription, before anything is stored', async () => {
    const filters: ReadonlyArray<readonly [filter: LogFilter, part: string]> = [
      [{ categories: [''] }, 'filter.categories'],
      [{ categories: ['thing-1'] }, 'filter.categories'],
      [{ categories: ['thing'], streams: [stream('other-1')] }, 'filter.streams'],
      [{ categories: ['thing'], streamPrefix: 'other-' }, 'filter.streamPrefix'],
    ]
    const store = makeMemoryStore()
    for (const [filter, what] of filters) {
      const refused = { value: { left: { _tag: 'InvalidInput', what } } }
      expect([filter, await subscribe({ store, filter }).next()]).toMatchObject([filter, refused])
      expect([filter, await pull({ store, name: 'pulled', filter }).next()]).toMatchObject([filter, refused])
    }
    expect(await store.generations()).toMatchObject({ right: [] })
  })

  it('and what can match is accepted: former categories, stored names of older forms, and prefixes', async () => {
    const Renamed = EventCodec.make({
      Added: EventCodec.version(1, t.strict({ n: t.number }), { name: 'thing-added' }),
    })
    const source = { category: 'thing', formerCategories: ['item'], events: Renamed }
    const accepted: ReadonlyArray<LogFilter> = [
      { categories: ['item'] },
      { types: ['thing-added'] },
      { streamPrefix: 'item-7' },
      { streamPrefix: 't' },
      { streams: [stream('item-1')] },
    ]
    for (const filter of accepted) {
      const handler = EventHandler.make({
        name: 'mails',
        from: [source],
        start: 'origin',
        filter,
        handle: () => TE.right(undefined),
      })
      const runtime = makeHandlerRuntime({ store: makeMemoryStore(), handlers: [handler] })
      expect([filter, await runtime.start()]).toMatchObject([filter, { _tag: 'Right' }])
      await runtime.stop()
    }
  })
})
