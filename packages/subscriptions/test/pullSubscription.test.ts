import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { type PulledEvent, type PullOptions, type PullSubscription, pull, RuntimeStatus } from '@foldlog/subscriptions'
import { afterAll, describe, expect, it } from '@jest/globals'
import postgres from 'postgres'
import { added, append, cuttable, listening, right, streamOf, until } from './fixtures.ts'

const sql = postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', {
  max: 10,
  fetch_types: false,
  onnotice: () => {},
})
const schemas: Array<string> = []

afterAll(async () => {
  for (const schema of schemas) await sql`drop schema ${sql(schema)} cascade`
  await sql.end()
})

const onPostgres = async () => {
  const schema = `pulling_${process.pid}_${schemas.length}`
  schemas.push(schema)
  right(await migrate({ sql, schema })())
  return makePostgresStore({ sql, schema })
}

const stores = [
  { title: 'in memory', makeStore: async () => makeMemoryStore() },
  { title: 'on Postgres', makeStore: onPostgres },
]

type Store = Awaited<ReturnType<typeof onPostgres>> | ReturnType<typeof makeMemoryStore>

const pullOf = (store: PullOptions['store'], options: Partial<PullOptions> = {}): PullSubscription =>
  pull({ store, name: 'mails', leaseTime: 600, pollInterval: 50, ...options })

const next = async (subscription: PullSubscription): Promise<PulledEvent> => {
  const { value } = await subscription.next()
  if (value === undefined) throw new Error('the subscription has ended')
  return right(value)
}

const take = async (subscription: PullSubscription, count: number): Promise<ReadonlyArray<PulledEvent>> => {
  const pulled: Array<PulledEvent> = []
  while (pulled.length < count) pulled.push(await next(subscription))
  return pulled
}

const positionsOf = (pulled: ReadonlyArray<PulledEvent>) => pulled.map(({ event }) => event.position)

const checkpoint = async (store: Store): Promise<number | undefined> =>
  right(await store.checkpoints(['mails'])()).positions['mails']

const events = async (store: Store, count: number): Promise<ReadonlyArray<number>> => {
  const positions: Array<number> = []
  for (let i = 0; i < count; i++) positions.push(await append(store, i % 3, added(i)))
  return positions
}

/** A store that no longer knows any handler, as if the database had been created anew: it uses other names for them. */
const forgetting = (store: Store) => {
  let suffix = ''
  const under = <A extends { readonly name: string }>(of: A): A => ({ ...of, name: `${of.name}${suffix}` })
  const forgotten: Store = {
    ...store,
    heartbeat: (heartbeats) => store.heartbeat(heartbeats.map(under)),
    commit: (commits) => store.commit(commits.map(under)),
    release: (leases) => store.release(leases.map(under)),
  }
  const forget = (): void => {
    suffix = ' made anew'
  }
  return { store: forgotten, forget }
}

describe.each(stores)('a pull subscription, $title', ({ makeStore }) => {
  it('ends with an error when its registration is lost, and names its last checkpoint', async () => {
    const { store, forget } = forgetting(await makeStore())
    const positions = await events(store, 2)
    const subscription = pullOf(store)
    const [first] = await take(subscription, 2)
    first?.ack()
    await until(async () => (await checkpoint(store)) === positions[0])
    forget()
    // Whether it waits or has events at hand: it delivers no event that could not be acknowledged.
    const { value } = await subscription.next()
    expect(value).toMatchObject({
      left: { _tag: 'RegistrationLost', name: 'mails', generation: 1_000_000, position: positions[0] },
    })
    expect(await subscription.next()).toEqual({ done: true, value: undefined })
  })

  it('delivers each event in order, and continues behind the last acknowledged one', async () => {
    const store = await makeStore()
    const positions = await events(store, 20)
    const first: Array<number> = []
    for await (const delivery of pullOf(store)) {
      const { event, ack } = right(delivery)
      first.push(event.position)
      if (first.length === 12) break
      ack()
    }
    expect(first).toEqual(positions.slice(0, 12))
    expect(await checkpoint(store)).toBe(positions[10])
    const second = pullOf(store)
    const rest = await take(second, 9)
    expect(positionsOf(rest)).toEqual(positions.slice(11))
    const coming = next(second)
    const last = await append(store, 1, added(21))
    expect((await coming).event.position).toBe(last)
    await second.return()
    await store.stop()
  })

  it('moves its checkpoint over acknowledged events without a gap, in any order of acknowledgement', async () => {
    const store = await makeStore()
    const positions = await events(store, 5)
    const subscription = pullOf(store)
    const pulled = await take(subscription, 5)
    for (const i of [2, 1, 4]) pulled[i]?.ack()
    await subscription.return()
    expect(await checkpoint(store)).toBe(0)
    const again = pullOf(store)
    const [one, two, three] = await take(again, 5)
    three?.ack()
    one?.ack()
    await until(async () => (await checkpoint(store)) === positions[0])
    two?.ack()
    two?.ack()
    await until(async () => (await checkpoint(store)) === positions[2])
    await again.return()
    const rest = pullOf(store)
    expect(positionsOf(await take(rest, 2))).toEqual(positions.slice(3))
    await rest.return()
    await store.stop()
  })

  it('is read by one process at a time; another continues when it is closed', async () => {
    const store = await makeStore()
    const positions = await events(store, 6)
    const subscriptions = [pullOf(store), pullOf(store)] as const
    const [a, b] = subscriptions
    const firsts = subscriptions.map((one) => next(one))
    const winner = await Promise.race(firsts.map((one, i) => one.then((pulled) => ({ i, pulled }))))
    const [mine, other] = winner.i === 0 ? [a, b] : [b, a]
    winner.pulled.ack()
    const more = await take(mine, 2)
    more[0]?.ack()
    const others = firsts[1 - winner.i]
    await mine.return()
    expect((await others)?.event.position).toBe(positions[2])
    expect(positionsOf(await take(other, 3))).toEqual(positions.slice(3))
    await other.return()
    await store.stop()
  })

  it('is taken over when its process is cut off, and its late acknowledgements do not count', async () => {
    const store = await makeStore()
    const positions = await events(store, 4)
    // The same functions, under the same names.
    const cut = cuttable(store as ReturnType<typeof makeMemoryStore>)
    const lost = pullOf(cut.store)
    const [first, second] = await take(lost, 2)
    first?.ack()
    await until(async () => (await checkpoint(store)) === positions[0])
    cut.cut('unavailable')
    const heir = pullOf(store)
    const taken = await take(heir, 2)
    expect(positionsOf(taken)).toEqual(positions.slice(1, 3))
    cut.mend()
    second?.ack()
    taken[0]?.ack()
    await until(async () => (await checkpoint(store)) === positions[1])
    // It waits for the lease, and gets what was not acknowledged.
    const coming = next(lost)
    await heir.return()
    expect((await coming).event.position).toBe(positions[2])
    await lost.return()
    await store.stop()
  })
})

describe('a pull subscription', () => {
  it('delivers no more than `maxUnacknowledged` events without an acknowledgement', async () => {
    const store = makeMemoryStore()
    await events(store, 10)
    const seen = cuttable(store)
    const subscription = pullOf(seen.store, { maxUnacknowledged: 3 })
    const pulled = await take(subscription, 3)
    let fourth: PulledEvent | undefined
    const coming = next(subscription).then((one) => {
      fourth = one
    })
    const heartbeats = seen.calls('heartbeat')
    await until(() => seen.calls('heartbeat') > heartbeats + 1)
    expect(fourth).toBeUndefined()
    expect(seen.calls('readLog')).toBe(1)
    pulled[2]?.ack()
    await coming
    expect(fourth?.event.position).toBe(4)
    await subscription.return()
  })

  it('moves its checkpoint over events that do not match its filter', async () => {
    const store = makeMemoryStore()
    await events(store, 9)
    const subscription = pullOf(store, { filter: { streams: [streamOf(2)] } })
    const pulled = await take(subscription, 3)
    expect(positionsOf(pulled)).toEqual([3, 6, 9])
    for (const { ack } of pulled) ack()
    const coming = subscription.next()
    await append(store, 1, added(10))
    await until(async () => (await checkpoint(store)) === 10)
    await subscription.return()
    expect(await coming).toEqual({ done: true, value: undefined })
  })

  it('waits for an unavailable store, and loses nothing', async () => {
    const store = makeMemoryStore()
    await events(store, 30)
    const cut = cuttable(store)
    const seen: Array<number> = []
    for await (const delivery of pullOf(cut.store, { leaseTime: 5_000, maxUnacknowledged: 4 })) {
      const { event, ack } = right(delivery)
      seen.push(event.position)
      ack()
      if (event.position % 7 === 0) {
        cut.cut(event.position % 2 === 0 ? 'unavailable' : 'unanswered')
        setTimeout(cut.mend, 30)
      }
      if (event.position === 30) break
    }
    expect(seen).toEqual(Array.from({ length: 30 }, (_, i) => i + 1))
    expect(await checkpoint(store)).toBe(30)
  })

  it('ends when its signal fires, also while it waits, and leaves no listener behind', async () => {
    const { store, listeners } = listening(makeMemoryStore())
    const abort = new AbortController()
    const subscription = pullOf(store, { signal: abort.signal })
    const coming = subscription.next()
    await until(() => listeners() === 1)
    abort.abort()
    expect(await coming).toEqual({ done: true, value: undefined })
    expect(listeners()).toBe(0)
    expect(right(await RuntimeStatus.read(store)()).handlers[0]?.holders).toEqual([])
  })

  it('ends with an error that would recur', async () => {
    const store = makeMemoryStore()
    const errors = async (options: Partial<PullOptions>) => {
      const all: Array<unknown> = []
      for await (const delivery of pullOf(store, options)) all.push(delivery)
      return all
    }
    const invalid = (what: string) => [{ _tag: 'Left', left: expect.objectContaining({ _tag: 'InvalidInput', what }) }]
    expect(await errors({ maxUnacknowledged: 0 })).toEqual(invalid('maxUnacknowledged'))
    for (const number of ['maxUnacknowledged', 'pollInterval', 'leaseTime'])
      for (const value of [Number.NaN, -1, 0.5, '5', null, 2 ** 48])
        expect(await errors({ [number]: value })).toEqual(invalid(number))
    expect(await errors({ signal: {} as AbortSignal })).toEqual(invalid('signal'))
    expect(await errors({ name: '' })).toEqual(invalid('handler.name'))
    right(await store.register({ name: 'many', generation: 1_000_000, partitions: 2, start: 0 })())
    expect(await errors({ name: 'many' })).toEqual(invalid('name'))
    await store.stop()
    expect(await errors({})).toMatchObject([{ _tag: 'Left', left: { _tag: 'StoreUnavailable' } }])
  })
})
