import { EventCodec, EventId } from '@foldlog/core'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { EventHandler, RuntimeStatus, recoverRewound } from '@foldlog/subscriptions'
import { asynchronousFailover, connect, restoredBaseBackup, until } from '@foldlog/test-kit'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { right, streamNamed } from '../fixtures.ts'
import { startWorker, type Worker } from './Worker.ts'

const name = 'seer'
const leaseTime = 3_000
const partitions = 6

/** As the workers have it. */
const seer = EventHandler.make({
  name,
  from: [{ category: 'thing', events: EventCodec.make({ Happened: t.strict({ n: t.number }) }) }],
  start: 'origin',
  partitions,
  handle: () => async () => E.right(undefined),
})

const nextId = EventId.source({ now: Date.now, random: Math.random })

/** The events of all workers. */
const handledBy = (workers: ReadonlyArray<Worker>) => new Set(workers.flatMap((worker) => worker.handled()))

/** The workers that have handled at least one of these events. */
const among = (workers: ReadonlyArray<Worker>, ids: ReadonlyArray<string>) =>
  workers.filter((worker) => worker.handled().some((id) => ids.includes(id)))

describe.each([asynchronousFailover, restoredBaseBackup])('several processes of a handler across a $name', (kind) => {
  it('report all lost events that any of them has handled', async () => {
    const rewind = await kind.open()
    const sql = connect(rewind.url)
    const store = makePostgresStore({ sql, statementTimeout: 2_000, retryTimeout: 15_000 })
    const workers: Array<Worker> = []
    const start = async () => {
      const worker = startWorker(rewind.url, name, partitions, leaseTime)
      workers.push(worker)
      await until('a worker to start', worker.started)
      return worker
    }
    const status = async () => (await right(RuntimeStatus.read(store))).handlers.find((one) => one.name === name)
    const holders = async () => ((await status())?.partitions ?? []).map(({ holder }) => holder)
    const shared = (count: number) =>
      until(`${count} workers to hold all partitions`, async () => {
        const all = await holders()
        return !all.includes(null) && new Set(all).size === count
      })
    let stream = 0
    /** Appends events to many streams, and waits until all of them are handled. */
    const happen = async (count: number): Promise<ReadonlyArray<string>> => {
      const ids: Array<string> = []
      for (let n = 0; n < count; n++) {
        const id = nextId()
        const event = { id, type: 'Happened', schemaVersion: 1, data: { n }, metadata: {} }
        await right(store.append({ stream: streamNamed(`thing-${stream++}`), expected: 'any', events: [event] }))
        ids.push(id)
      }
      await until('the events to be handled', () => ids.every((id) => handledBy(workers).has(id)))
      return ids
    }
    try {
      await right(migrate({ sql }))
      const [first] = [await start(), await start(), await start()]
      await shared(3)
      const kept = await happen(30)
      await until('the checkpoint', async () => (await status())?.lag === 0)
      await rewind.remember()
      await until('the server', async () => E.isRight(await store.settledPosition()))

      const lostByAll = await happen(60)
      expect(among(workers, lostByAll)).toHaveLength(3)
      // Another process takes over what the first has handled.
      first.pause()
      await shared(2)
      const last = await start()
      await shared(3)
      const lostByOthers = await happen(60)
      expect(among(workers, lostByOthers)).not.toContain(first)
      expect(among(workers, lostByOthers)).toContain(last)
      first.goOn()
      await until('the first worker to be heard of again', async () => (await status())?.members.length === 4)

      await rewind.goBack()
      await until('the server', async () => E.isRight(await store.settledPosition()))
      const fresh = nextId()
      const event = { id: fresh, type: 'Happened', schemaVersion: 1, data: { n: 0 }, metadata: {} }
      await right(store.append({ stream: streamNamed('thing-fresh'), expected: 'any', events: [event] }))
      await until('the handler to be stopped', async () => (await status())?.state === 'stopped')
      const { handlers } = await right(recoverRewound({ store, handlers: [seer] }))
      expect(handlers.map(({ outcome, unreported: silent }) => [outcome, silent])).toEqual([['resumed', []]])
      const lost = handlers.flatMap((one) => one.lost.map(({ id }) => `${id}`))
      expect(lost.toSorted()).toEqual([...lostByAll, ...lostByOthers].toSorted())

      const later = await happen(30)
      await until('the first event of the new log', () => handledBy(workers).has(fresh))
      for (const id of [...kept, fresh, ...later])
        expect([id, workers.flatMap((one) => one.handled()).filter((one) => one === id).length]).toEqual([id, 1])
    } finally {
      for (const worker of workers) expect(await worker.end()).toBe(0)
      await store.stop()
      await sql.end({ timeout: 1 })
      await rewind.close()
    }
  }, 300_000)
})
