import type { HandlerStatus } from '@foldlog/core/store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type FreshStore, freshStore, newEvent, streamName, until } from './attack/freshStore.ts'
import { appendOne } from './attack/openAppend.ts'
import { right } from './fixtures.ts'
import { handlerCalls, hour } from './handlerFixtures.ts'

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

const { register, heartbeat } = handlerCalls(() => fresh.store)

/** Holds locks of rows in a transaction of its own while `work` runs. */
const whileLocked = async (rows: string, work: () => Promise<void>): Promise<void> => {
  const { watcher, schema } = fresh
  await watcher.begin(async (transaction) => {
    await transaction.unsafe(`select from "${schema}".${rows} for update`)
    await work()
  })
}

const isWaiting = async (): Promise<boolean> => {
  const { watcher, application } = fresh
  const rows = await watcher`
    select from pg_stat_activity where application_name = ${application} and wait_event_type = 'Lock'`
  return rows.length > 0
}

describe('a member', () => {
  it('renews, and takes partitions that no commit locks, during a commit', async () => {
    await register('handler', 3)
    const held = await heartbeat('handler', 'dead', 1)
    expect(held).toHaveLength(3)
    await until(async () => (await right(fresh.store.handlerStatuses))[0]?.members.length === 0)
    await whileLocked('handler_partitions where partition = 1', async () => {
      expect((await heartbeat('handler', 'alive')).map(({ partition }) => partition)).toEqual([0, 2])
      expect((await heartbeat('handler', 'alive')).map(({ partition }) => partition)).toEqual([0, 2])
    })
    expect((await heartbeat('handler', 'alive')).map(({ partition }) => partition)).toEqual([0, 1, 2])
  })

  it('renews and continues while another member joins, when it has its share', async () => {
    await appendOne(fresh, 's-1')
    await register('handler', 2)
    const [lease] = await heartbeat('handler', 'active')
    if (lease === undefined) throw new Error('no lease')
    await whileLocked('handler_generations', async () => {
      expect(await heartbeat('handler', 'active')).toHaveLength(2)
      expect(await right(fresh.store.commit([{ ...lease, position: 1, changes: [] }]))).toEqual(['committed'])
    })
  })

  it('keeps its row when it renews just as it counts as expired', async () => {
    await register('handler', 2)
    // Long enough not to expire during the heartbeat itself on a busy machine: then the heartbeat would delete its own
    // member, and leave no row to lock.
    await heartbeat('handler', 'slow', 250)
    await until(async () => (await right(fresh.store.handlerStatuses))[0]?.members.length === 0)
    await whileLocked("handler_members where member = 'slow'", async () => {
      expect(await heartbeat('handler', 'other')).toEqual([])
    })
    expect(await heartbeat('handler', 'other')).toHaveLength(2)
  })

  it('joins again, with the free partitions, when it was deleted while it waited', async () => {
    const { watcher, schema } = fresh
    await register('handler', 2)
    await heartbeat('handler', 'slow', 250)
    const back = await watcher.begin(async (transaction) => {
      await transaction.unsafe(`delete from "${schema}".handler_members`)
      const beating = heartbeat('handler', 'slow')
      await until(isWaiting)
      await transaction.unsafe(
        `update "${schema}".handler_partitions set holder = 'other', epoch = 2 where partition = 0`,
      )
      const [other] = ['other'].map((member) => [member, new Date(Date.now() + hour).toISOString()])
      await transaction.unsafe(
        `insert into "${schema}".handler_members select generation, $1, $2::text::timestamptz, false, 'null' from "${schema}".handler_partitions limit 1`,
        other,
      )
      return { beating }
    })
    expect((await back.beating).map(({ partition, epoch }) => [partition, epoch])).toEqual([[1, 1]])
  })
})

describe('a late commit', () => {
  it('is fenced when it was waiting while the partition was taken over', async () => {
    const { store, watcher, schema } = fresh
    await register('handler', 1)
    const [lease] = await heartbeat('handler', 'paused')
    if (lease === undefined) throw new Error('no lease')
    const changes = [{ kind: 'view', key: 'a', data: 'late' } as const]
    const { committing } = await watcher.begin(async (transaction) => {
      await transaction.unsafe(`update "${schema}".handler_partitions set holder = 'other', epoch = epoch + 1`)
      const committing = right(store.commit([{ ...lease, position: 1, changes }]))
      await until(isWaiting)
      return { committing }
    })
    expect(await committing).toEqual(['fenced'])
    expect(await right(store.listDocuments({ name: 'handler', kind: 'view' }))).toMatchObject({ documents: [] })
  })
})

/** How many blocks a call of a function reads, by the server's own count, once its plans are made. */
const blocksOf = async (call: string): Promise<number> => {
  const counts: Array<number> = []
  for (let i = 0; i < 4; i++) {
    const lines = await fresh.watcher.unsafe(`explain (analyze, buffers) select * from "${fresh.schema}".${call}`)
    const text = lines.map((line) => String(line['QUERY PLAN'])).join('\n')
    const [own = ''] = text.split('Planning')
    counts.push([...own.matchAll(/(?:hit|read)=(\d+)/g)].reduce((sum, [, blocks]) => sum + Number(blocks), 0))
  }
  return Math.min(...counts)
}

describe('data that nobody needs now', () => {
  it('costs a few blocks for a poll of due documents and one of generations, with 100,000 pending timers', async () => {
    const { store } = fresh
    await appendOne(fresh, 's-1')
    await register('handler', 4)
    const leases = await heartbeat('handler', 'member')
    const due = new Date(Date.now() + hour)
    const works = leases.map((lease) => ({
      ...lease,
      position: 1,
      changes: Array.from(
        { length: 25_000 },
        (_, i) => ({ kind: 'timer', key: `${lease.partition} ${i}`, data: i, due }) as const,
      ),
    }))
    for (const work of works) expect(await right(store.commit([work]))).toEqual(['committed'])
    expect(await right(store.dueDocuments({ name: 'handler', generation: 1 }, [0, 1, 2, 3], 1_000))).toEqual({
      documents: [],
      next: due,
      now: expect.any(Date),
    })
    expect(await blocksOf(`due_documents('handler', 1, '[0,1,2,3]', 1000)`)).toBeLessThan(100)
    // The statement of every process at each heartbeat.
    expect(await right(store.generations)).toMatchObject([{ partitions: 4, position: 1, stops: [] }])
    expect(await blocksOf('handler_generations()')).toBeLessThan(100)
  })

  it('costs the status of handlers one index lookup for each partition, beside many events', async () => {
    const { store, watcher, schema } = fresh
    await right(store.append({ stream: streamName('thing-1'), expected: 'any', events: [newEvent()] }))
    await watcher.unsafe(`
      insert into "${schema}".events (position, stream, version, recorded_at, id, remaining, schema_version, category, type, data)
      select n, 0, n, now(), gen_random_uuid(), 0, 1, 'thing', 'Happened', '1' from generate_series(2, 100000) n;
      select "${schema}".advance_sequences()`)
    await register('handler', 64)
    const [status] = await right(store.handlerStatuses)
    const since = (all: HandlerStatus | undefined) =>
      all?.partitions.filter(({ waitingSince }) => waitingSince !== null)
    expect(since(status)).toHaveLength(64)
    expect(await blocksOf('handler_status()')).toBeLessThan(2_000)
  })
})

describe('an inline projection that ends', () => {
  it('makes appends wait for one index lookup for each category, beside many events', async () => {
    const { store, watcher, schema } = fresh
    await right(store.append({ stream: streamName('thing-1'), expected: 'any', events: [newEvent()] }))
    await watcher.unsafe(`
      insert into "${schema}".events (position, stream, version, recorded_at, id, remaining, schema_version, category, type, data)
      select n, 0, n, now(), gen_random_uuid(), 0, 1, 'thing', 'Happened', '1' from generate_series(2, 100000) n;
      select "${schema}".advance_sequences();
      analyze "${schema}".events`)
    await register('handler', 1)
    expect(await right(store.openInline({ name: 'handler', generation: 1 }, ['other', 'rare']))).toBe(true)
    // What ending and opening do while appends wait. The function can be called again, as blocksOf does.
    const release = `release_inline_partitions((select i from "${schema}".inline_projections i))`
    expect(await blocksOf(release)).toBeLessThan(300)
    expect(await right(store.endInline('handler'))).toBe(true)
  })
})

describe('a generation that takes over', () => {
  it('waits for a commit of the old one, and is measured by it', async () => {
    const { watcher, schema, store } = fresh
    await register('handler', 1)
    await right(store.register({ name: 'handler', generation: 2, partitions: 1, start: 0 }))
    await watcher.unsafe(`update "${schema}".handler_partitions set position = 5`)
    const promote = () => right(store.promote({ name: 'handler', generation: 2 }))
    let waiting: Promise<{ readonly serving: number }> | undefined
    await watcher.begin(async (transaction) => {
      // What a commit does: the partition is locked, and advanced.
      await transaction.unsafe(`
        update "${schema}".handler_partitions p set position = 6 from "${schema}".handler_generations g
        where g.id = p.generation and g.number = 1`)
      waiting = promote()
      await until(isWaiting)
    })
    expect((await waiting)?.serving).toBe(1)
  })

  it('waits for a commit of its own that parks an event, and is measured by it', async () => {
    const { watcher, schema, store } = fresh
    await register('handler', 1)
    await right(store.register({ name: 'handler', generation: 2, partitions: 1, start: 0 }))
    const promote = () => right(store.promote({ name: 'handler', generation: 2 }))
    let waiting: Promise<{ readonly serving: number; readonly blockedBy: string | null }> | undefined
    await watcher.begin(async (transaction) => {
      await transaction.unsafe(`
        update "${schema}".handler_partitions p set position = 6 from "${schema}".handler_generations g
        where g.id = p.generation and g.number = 2`)
      await transaction.unsafe(`
        insert into "${schema}".handler_documents (generation, kind, key, partition, position, data, handler)
        select g.id, 'parked', '6', 0, 6, '{"position": 6}', g.handler from "${schema}".handler_generations g where g.number = 2`)
      waiting = promote()
      await until(isWaiting)
    })
    expect(await waiting).toMatchObject({ serving: 1, blockedBy: 'parked' })
  })

  it('gives a member that joins during the swap no lease of the old one', async () => {
    const { watcher, schema, store } = fresh
    await register('handler', 2)
    await right(store.register({ name: 'handler', generation: 2, partitions: 1, start: 0 }))
    let joining: ReturnType<typeof heartbeat> | undefined
    await watcher.begin(async (transaction) => {
      await transaction.unsafe(`select "${schema}".promote_handler('handler', 2)`)
      joining = heartbeat('handler', 'late')
      await until(isWaiting)
    })
    expect(await joining).toEqual([])
    expect((await right(store.handlerStatuses)).map(({ role }) => role)).toEqual(['previous', 'serving'])
  })
})
