import type { Append, Appended, RecordedEvent } from '@foldlog/core'
import { makePostgresStore } from '@foldlog/postgres-store'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { connect, type FreshStore, freshStore, newEvent, streamName, until } from './freshStore.ts'

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

/** Streams that many writers share, named in no order, so that their appends cross. */
const streams = Array.from({ length: 12 }, (_, i) => streamName(`s-${(i * 7) % 12}`))

const anyStream = () => streams[Math.floor(Math.random() * streams.length)] ?? streamName('s-0')

const anyAppend = (): Append => ({
  stream: anyStream(),
  expected: 'any',
  events: Array.from({ length: 1 + Math.floor(Math.random() * 3) }, () => newEvent()),
})

/** To two streams or three, never one twice. */
const anyAppends = (): ReadonlyArray<Append> => {
  const first = anyAppend()
  return [first, anyAppend(), anyAppend()].filter(({ stream }, i) => i === 0 || stream !== first.stream).slice(0, 2)
}

/** Starts a separate process that appends until it is stopped; returns the acknowledged appends. */
const storeWriter = async (over: () => boolean, acknowledged: Map<string, Appended>): Promise<void> => {
  const sql = connect(fresh.url, { connection: { application_name: fresh.application } })
  const store = makePostgresStore({ sql, schema: fresh.schema, retryTimeout: 30_000, batching: { appends: 8 } })
  const one = async (append: Append) => note([append], E.map((x: Appended) => [x])(await store.append(append)()))
  const note = (appends: ReadonlyArray<Append>, outcome: E.Either<unknown, ReadonlyArray<Appended>>) => {
    if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
    for (const [i, { events }] of appends.entries()) {
      for (const [j, { id }] of events.entries()) {
        const result = outcome.right[i]
        if (result !== undefined)
          acknowledged.set(id, { ...result, positions: [result.positions[j] ?? 0], version: result.firstVersion + j })
      }
    }
  }
  while (!over()) {
    const several = anyAppends()
    await Promise.all([
      ...Array.from({ length: 12 }, () => one(anyAppend())),
      store
        .appendAll(several)()
        .then((outcome) => note(several, outcome)),
    ])
  }
  await store.stop()
  await sql.end({ timeout: 5 })
}

/** Appends within slow transactions, some committed and some rolled back. */
const dawdlingWriter = async (over: () => boolean, acknowledged: Map<string, Appended>, undone: Set<string>) => {
  const client = connect(fresh.url, { max: 1 })
  const dawdle = () => client.unsafe(`select pg_sleep(${Math.random() * 0.02})`)
  for (let i = 0; !over(); i++) {
    const written = new Map<string, Appended>()
    await client.unsafe('begin')
    await dawdle()
    // Each has its own streams: locks that are held so long would only delay the others.
    const stream = streamName(`slow-${i % 5}.${Math.random() < 0.5 ? 'left' : 'right'}`)
    for (let j = 0; j < 2; j++) {
      const event = newEvent()
      const outcome = await fresh.store.inTransaction(client).append({ stream, expected: 'any', events: [event] })()
      if (E.isRight(outcome)) written.set(event.id, outcome.right)
      await dawdle()
    }
    const commits = i % 3 > 0
    await client.unsafe(commits ? 'commit' : 'rollback')
    for (const [id, result] of written) commits ? acknowledged.set(id, result) : undone.add(id)
  }
  await client.end({ timeout: 5 })
}

/** Follows the log in small pages beside the writers, until it has met the end after they were done. */
const follower = async (count: number, over: () => boolean): Promise<ReadonlyArray<RecordedEvent>> => {
  const seen: Array<RecordedEvent> = []
  for (let after = 0; ; ) {
    const last = over()
    const slice = await fresh.store.readLog({ after, count })()
    if (E.isLeft(slice)) throw new Error(JSON.stringify(slice.left))
    expect(slice.right.position).toBeGreaterThanOrEqual(after)
    seen.push(...slice.right.events)
    after = slice.right.position
    if (slice.right.end && last) return seen
    if (slice.right.end) await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

describe('readers beside writers', () => {
  it('meet every acknowledged event once, positions ascending, versions of a stream in order, through aborts, delays and killed backends', async () => {
    const acknowledged = new Map<string, Appended>()
    const undone = new Set<string>()
    let [over, written] = [false, false]
    const stop = () => over
    const readers = [3, 20, 100].map((count) => follower(count, () => written))
    const writers = [
      ...[1, 2, 3].map(() => storeWriter(stop, acknowledged)),
      ...[1, 2, 3, 4].map(() => dawdlingWriter(stop, acknowledged, undone)),
    ]
    const working = Promise.all(writers)
    let failed = false
    working.catch(() => {
      failed = true
    })
    let killed = 0
    for (let next = 100; acknowledged.size < 1_500 && !failed; next = acknowledged.size + 100) {
      await until(() => failed || acknowledged.size >= next)
      const rows = await fresh.watcher`
        select pg_terminate_backend(pid) from pg_stat_activity
        where application_name = ${fresh.application} order by state = 'active' desc, random() limit 1`
      killed += rows.length
    }
    await until(() => failed || undone.size > 20)
    over = true
    await working
    written = true
    expect(killed).toBeGreaterThan(5)

    for (const seen of await Promise.all(readers)) {
      const byId = new Map(seen.map((event) => [event.id as string, event]))
      expect(byId.size).toBe(seen.length)
      const missed = [...acknowledged].filter(([id, { stream, version, positions }]) => {
        const event = byId.get(id)
        return event?.stream !== stream || event.version !== version || event.position !== positions[0]
      })
      expect(missed).toEqual([])
      expect([...undone].filter((id) => byId.has(id))).toEqual([])
      expect(seen.filter(({ position }, i) => position <= (seen[i - 1]?.position ?? 0))).toEqual([])
      const versions = new Map<string, number>()
      for (const { stream, version } of seen) {
        expect([stream, version]).toEqual([stream, (versions.get(stream) ?? 0) + 1])
        versions.set(stream, version)
      }
    }
  })
})
