import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { connect, type FreshStore, newEvent, streamName, until } from './freshStore.ts'
import { openAppend } from './openAppend.ts'
import { right, storeWithViews, waitingSince } from './registeredViews.ts'

/**
 * The functions that open, pause and end an inline projection wait for the appends under way. Reads must go on
 * meanwhile, and no append may pass: not even one that has read the state of the log and has stored nothing yet.
 */
let fresh: FreshStore
beforeEach(async () => {
  fresh = await storeWithViews()
})
afterEach(() => fresh.close())

const changes = ['open_inline_projection', 'pause_appends', 'end_inline_projection'] as const
type Change = (typeof changes)[number]

/** Calls one of the functions on a connection of its own, like another process. */
const calling = (which: Change) => {
  const client = connect(fresh.url, { max: 1, connection: { application_name: `${fresh.schema}_change` } })
  const args = {
    open_inline_projection: `'views', 1, '["thing"]'`,
    pause_appends: `'views', '["thing"]', 5`,
    end_inline_projection: `'views'`,
  }
  const answer = client
    .unsafe(`select "${fresh.schema}".${which}(${args[which]}) as answer`)
    .then(
      ([row]) => String(row?.['answer']),
      (error: { readonly code?: string }) => String(error.code),
    )
    .finally(() => client.end({ timeout: 5 }))
  return { answer }
}

const lockTimeout = '55P03'

/** Everything that processes read while nothing is appended. */
const reads = (): ReadonlyArray<() => Promise<E.Either<unknown, unknown>>> => {
  const { store } = fresh
  const kind = 'view'
  return [
    store.readLog({}),
    store.readStream(streamName('thing-1')),
    store.readFromSnapshot(streamName('thing-1'), 1),
    store.findEvents([]),
    store.streamInfo(streamName('thing-1')),
    store.settledPosition,
    store.history,
    store.handlerStatuses,
    store.inlineProjections,
    async () => store.verify({ position: 0, history: right(await store.history()) })(),
    store.getDocuments({ name: 'views', kind }, ['a']),
    store.listDocuments({ name: 'views', kind }),
  ]
}

/**
 * Returns whether all reads end while the change waits for an append in progress. A change times out after 2 s, so on a
 * slow machine it may end first: then the outcome is unknown, and the next one is tried.
 */
const readsGoOn = async (which: Change): Promise<boolean> => {
  const { end } = await openAppend(fresh, 'thing-1')
  try {
    for (let round = 0; round < 3; round++) {
      const { answer } = calling(which)
      const ended = answer.then(() => true)
      await until(async () => (await waitingSince(fresh, `${fresh.schema}_change`)) !== undefined)
      const since = await waitingSince(fresh, `${fresh.schema}_change`)
      const all = Promise.all(reads().map((read) => read())).then((outcomes) => {
        expect(outcomes.filter(E.isLeft)).toEqual([])
        return false
      })
      const first = await Promise.race([all, ended])
      const still = await waitingSince(fresh, `${fresh.schema}_change`)
      if (!first && still !== undefined && still === since) {
        await all
        return true
      }
      await all
      expect(await answer).toBe(lockTimeout)
    }
    return false
  } finally {
    await end('commit')
  }
}

/** Writes the functions again, with this change of their texts. */
const rewritten = async (names: ReadonlyArray<string>, from: string | RegExp, to: string): Promise<void> => {
  for (const name of names) {
    const [row] = await fresh.watcher.unsafe(
      `select pg_get_functiondef(p.oid) as text from pg_proc p where p.pronamespace = '"${fresh.schema}"'::regnamespace and p.proname = '${name}'`,
    )
    const text = String(row?.['text'])
    const changed = text.replace(from, to)
    expect(changed).not.toBe(text)
    await fresh.watcher.unsafe(changed)
  }
}

describe('an inline projection that waits to be changed', () => {
  it.each(changes)('lets reads go on: %s', async (which) => {
    expect(await readsGoOn(which)).toBe(true)
  })

  it('would stop reads with the planted fault: an exclusive lock of the table', async () => {
    await rewritten(['pause_appends'], 'in exclusive mode', 'in access exclusive mode')
    expect(await readsGoOn('pause_appends')).toBe(false)
  })

  it.each(changes)('makes later appends wait: %s', async (which) => {
    const { end } = await openAppend(fresh, 'thing-1')
    const { answer } = calling(which)
    await until(async () => (await waitingSince(fresh, `${fresh.schema}_change`)) !== undefined)
    let waits = true
    const appending = fresh.store
      .append({ stream: streamName('other-1'), expected: 'any', events: [newEvent()] })()
      .finally(() => {
        waits = false
      })
    await until(async () => !waits || (await waitingSince(fresh, fresh.application)) !== undefined)
    // When it does not wait, the change has already timed out.
    if (!waits) expect(await answer).toBe(lockTimeout)
    await end('commit')
    expect([lockTimeout, 'true', 'false']).toContain(await answer)
    expect(right(await appending).positions).toHaveLength(1)
  })
})

const rowOfStream = (schema: string) => `select from "${schema}".streams where name = 'thing-1' for update`

/** foldlog.append looks for inline projections once more when it has locked the streams, so it is held behind that. */
const tableOfEvents = (schema: string) => `lock table "${schema}".events in share mode`

/** Each append goes by another function of the store. `held` is what makes it wait. */
const ways = [
  { way: 'append_event', streams: ['thing-1'], expected: 1, events: 1, held: rowOfStream },
  { way: 'append_single', streams: ['thing-1'], expected: 1, events: 2, held: rowOfStream },
  { way: 'append_batch', streams: ['thing-1', 'thing-2'], expected: 1, events: 1, held: rowOfStream },
  { way: 'append', streams: ['thing-1'], expected: 'any', events: 1, held: tableOfEvents },
] as const

/**
 * An append that has read the state of the log waits for a lock, and has stored nothing yet. An inline projection is
 * opened beside it. Says whether the projection was opened without the event of this append.
 */
const passes = async ({ streams, expected, events, held }: (typeof ways)[number]): Promise<boolean> => {
  for (const name of streams)
    right(await fresh.store.append({ stream: streamName(name), expected: 0, events: [newEvent()] })())
  // The generation has caught up.
  await fresh.watcher.unsafe(
    `update "${fresh.schema}".handler_partitions set position = (select max(position) from "${fresh.schema}".events)`,
  )
  const holder = connect(fresh.url, { max: 1 })
  try {
    await holder.unsafe(`begin; ${held(fresh.schema)}`)
    const appending = Promise.all(
      streams.map((name) =>
        fresh.store.append({ stream: streamName(name), expected, events: Array.from({ length: events }, newEvent) })(),
      ),
    )
    await until(async () => (await waitingSince(fresh, fresh.application)) !== undefined)
    const { answer } = calling('open_inline_projection')
    const opened = await Promise.race([
      answer,
      until(async () => (await waitingSince(fresh, `${fresh.schema}_change`)) !== undefined).then(() => 'waits'),
    ])
    await holder.unsafe('commit')
    const appended = (await appending).every(E.isRight)
    return opened === 'true' && appended
  } finally {
    await holder.end({ timeout: 5 })
  }
}

describe('an append that has read the state of the log, and has stored nothing yet', () => {
  it.each(ways)('makes the change wait: $way', async (way) => {
    expect(await passes(way)).toBe(false)
  })

  it.each(ways)(
    'would not make the change wait with the planted fault, a state that is read without the lock: $way',
    async (way) => {
      await rewritten([way.way], /lock table [^;]*log_state in row share mode;/, '')
      expect(await passes(way)).toBe(true)
    },
  )
})
