import type { Append, ExpectedVersion, StreamCheck } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { connect, type FreshStore, freshStore, newEvent, streamName, until } from './freshStore.ts'
import { openAppend } from './openAppend.ts'
import { ref, right, storeWithViews, waitingSince } from './registeredViews.ts'

const check = (name: string, expected: ExpectedVersion): StreamCheck => ({ stream: streamName(name), expected })

const appendTo = (name: string, ...checks: ReadonlyArray<StreamCheck>): Append => ({
  stream: streamName(name),
  expected: 'any',
  events: [newEvent()],
  checks,
})

describe('streams that an append only checks', () => {
  let fresh: FreshStore
  beforeEach(async () => {
    fresh = await freshStore()
  })
  afterEach(() => fresh.close())

  it('are as the appends before them in the same batch leave them', async () => {
    // One batch in flight: what follows the first append leaves together, in order.
    const sql = connect(fresh.url)
    const statements: Array<string> = []
    const store = makePostgresStore({
      sql: {
        unsafe: (text, parameters = [], options) => {
          statements.push(text)
          return sql.unsafe(text, parameters, options)
        },
      },
      schema: fresh.schema,
      batching: { inFlight: 1 },
    })
    const outcomes = await Promise.all(
      [
        appendTo('first-1'),
        appendTo('old-1', check('new-1', 'noStream')),
        appendTo('new-1'),
        appendTo('late-1', check('new-1', 'noStream')),
        appendTo('late-2', check('new-1', 1), check('late-1', 'noStream')),
      ].map((append) => store.append(append)()),
    )
    expect(statements.filter((text) => text.includes('append'))).toHaveLength(1)
    expect(outcomes.map((outcome) => outcome._tag)).toEqual(['Right', 'Right', 'Right', 'Left', 'Right'])
    expect(outcomes[3]).toMatchObject({ left: { _tag: 'VersionConflict', stream: 'new-1', actual: 1 } })
    await store.stop()
    await sql.end({ timeout: 5 })
  })

  it.each(['commit', 'rollback'])('stay as they are until the transaction of a caller ends by %s', async (end) => {
    const client = connect(fresh.url, { max: 1 })
    await client.unsafe('begin')
    right(await fresh.store.inTransaction(client).append(appendTo('resting-1', check('watched-1', 'noStream')))())
    const later = fresh.store.append(appendTo('watched-1'))()
    await until(async () => (await waitingSince(fresh, fresh.application)) !== undefined)
    await client.unsafe(end)
    await client.end({ timeout: 5 })
    right(await later)
    const { events } = right(await fresh.store.readLog()())
    expect(events.map(({ stream }) => stream)).toEqual(end === 'commit' ? ['resting-1', 'watched-1'] : ['watched-1'])
  })

  it('are looked at when an open append to them has ended', async () => {
    for (const [end, tag] of [
      ['commit', 'Left'],
      ['rollback', 'Right'],
    ] as const) {
      const open = await openAppend(fresh, `watched-${end}`)
      const outcome = fresh.store.append(appendTo(`resting-${end}`, check(`watched-${end}`, 'noStream')))()
      await until(async () => (await waitingSince(fresh, fresh.application)) !== undefined)
      await open.end(end)
      expect(await outcome).toMatchObject({ _tag: tag })
    }
  })

  it('are refused with an invalid name by the server, too', async () => {
    const append = [
      ['a-1', 'a', -1, [['00000000-0000-0000-0000-000000000001', 'T', 1, {}]]],
      ['b', 'b', -1, []],
    ]
    await expect(
      fresh.sql.unsafe(`select "${fresh.schema}".append($1::text::jsonb)`, [JSON.stringify([append])]),
    ).rejects.toMatchObject({ code: 'FL007' })
  })
})

it('an append needs no views for the category of a stream that it only checks, and does not wait for it', async () => {
  const fresh = await storeWithViews()
  right(await fresh.store.openInline(ref, ['thing'])())
  right(await fresh.store.pauseAppends(ref.name, ['paused'], 60_000)())
  right(await fresh.store.append(appendTo('other-1', check('thing-1', 'noStream'), check('paused-1', 0)))())
  expect(await fresh.store.append(appendTo('thing-1'))()).toMatchObject({ left: { _tag: 'StoreUnavailable' } })
  await fresh.close()
})
