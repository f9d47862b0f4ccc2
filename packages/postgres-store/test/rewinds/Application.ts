import { EventCodec, EventId, type Logger, type NewEvent } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { postgresStore } from '@foldlog/postgres-store'
import {
  EventHandler,
  inlineProjections,
  makeHandlerRuntime,
  Projection,
  type Pulled,
  pull,
  RuntimeStatus,
  subscribe,
  Views,
} from '@foldlog/subscriptions'
import { connect } from '@foldlog/test-kit'
import { either as E } from 'fp-ts'
import * as t from 'io-ts'
import { right, streamNamed } from '../given.ts'
import { account, balances } from './account.ts'

const things = { category: 'thing', events: EventCodec.make({ Happened: t.strict({ n: t.number }) }) } as const

/** A line of the log of a process, at levels that somebody is woken for. */
export interface Complaint {
  readonly level: 'warn' | 'error'
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** Work that waits while the gate is shut. */
const makeGate = () => {
  let open: Promise<void> = Promise.resolve()
  let release = (): void => {}
  return {
    shut: () => {
      open = new Promise((resolve) => {
        release = resolve
      })
    },
    open: () => release(),
    passed: () => open,
  }
}

/** How many numbers each stream was given, and in which order. */
const order = Projection.make({
  name: 'order',
  from: [things],
  view: t.readonlyArray(t.number),
  key: ({ stream }) => stream,
  project: (view, { event }) => [...(view ?? []), event.data.n],
})

/**
 * A process of an application that does everything that remembers a place in the log: two handlers, of which one can be held in the middle of its work, a
 * dispatcher that caches and takes snapshots, an inline projection, a subscription, and one that pulls.
 */
export const startApplication = async (url: string, role: 'everything' | 'commands only') => {
  const sql = connect(url, { max: 8 })
  const complaints: Array<Complaint> = []
  const complain = (level: Complaint['level']) => (message: string, facts: Readonly<Record<string, unknown>>) =>
    void complaints.push({ level, message, facts })
  const logger: Logger = { debug: () => {}, info: () => {}, warn: complain('warn'), error: complain('error') }
  const store = postgresStore({ sql, timeout: 2_000, patience: 15_000 })
  const nextId = EventId.source({ now: Date.now, random: Math.random })

  const happened = (n: number): NewEvent => ({
    id: nextId(),
    type: 'Happened',
    schemaVersion: 1,
    data: { n },
    metadata: {},
  })
  const streamOf = (n: number) => streamNamed(`thing-${n % 4}`)

  const [busy, idle, pulled, subscribed]: ReadonlyArray<Array<number>> = [[], [], [], []]
  const gate = makeGate()
  let held = 0
  const handling = (name: string, into: Array<number> | undefined, before: () => Promise<void>) =>
    EventHandler.make({
      name,
      from: [things],
      handle:
        ({ event }) =>
        async () => {
          await before()
          into?.push(event.data.n)
          return E.right(undefined)
        },
    })
  const runtime = makeHandlerRuntime({
    store,
    handlers: [
      handling('busy', busy, async () => {
        held++
        await gate.passed()
        held--
      }),
      handling('idle', idle, async () => {}),
      order,
    ],
    limits: { leaseTime: 3_000, idleCommit: 20, poll: 100 },
    logger,
  })
  const inline = inlineProjections({ store, projections: [balances], logger })
  const dispatcher = makeDispatcher({ store: inline.store, aggregates: [account], snapshots: store, logger })

  const failures: Array<string> = []
  const closing = new AbortController()
  const numberOf = (data: unknown): number =>
    typeof data === 'object' && data !== null && 'n' in data ? Number(data.n) : Number.NaN
  const follow = async (): Promise<void> => {
    const filter = { categories: ['thing'] }
    for await (const event of subscribe({ store, filter, start: 'origin', poll: 100, signal: closing.signal })) {
      if (E.isRight(event)) subscribed?.push(numberOf(event.right.data))
      else failures.push(`subscribe: ${JSON.stringify(event.left)}`)
    }
  }
  const puller = pull({ store, name: 'pulled', filter: { categories: ['thing'] }, leaseTime: 3_000, poll: 100 })
  const work = async (): Promise<void> => {
    for await (const delivery of puller) {
      if (E.isLeft(delivery)) {
        failures.push(`pull: ${JSON.stringify(delivery.left)}`)
        continue
      }
      const { event, ack }: Pulled = delivery.right
      pulled?.push(numberOf(event.data))
      ack()
    }
  }

  await right(inline.open)
  if (role === 'everything') await right(runtime.start)
  const loops = role === 'everything' ? Promise.all([follow(), work()]) : undefined

  return {
    store,
    runtime,
    complaints,
    failures,
    gate,
    /** How many events the busy handler has begun and not ended. */
    held: () => held,
    /** The numbers that each was given, in order. */
    seen: { busy: busy ?? [], idle: idle ?? [], pulled: pulled ?? [], subscribed: subscribed ?? [] },
    dispatch: (type: 'Deposit' | 'Withdraw', id: string, amount: number) =>
      dispatcher.dispatch({ type, data: { id, amount } })(),
    balance: async (id: string) => (await right(dispatcher.load(account, id))).state,
    views: async () => Object.fromEntries((await right(Views.make(balances, store).list())).views),
    order: async () => Object.fromEntries((await right(Views.make(order, store).list())).views),
    status: () => right(RuntimeStatus.read(store)),
    /** Appends events one by one, to four streams in turn; gives the position of the last. */
    happen: async (numbers: ReadonlyArray<number>): Promise<number> => {
      let last = 0
      for (const n of numbers) {
        const appended = await right(store.append({ stream: streamOf(n), expected: 'any', events: [happened(n)] }))
        last = appended.positions.at(-1) ?? last
      }
      return last
    },
    /** Appends events all at once, so that a handler has all of them in hand; gives the position of the last. */
    happenTogether: async (numbers: ReadonlyArray<number>): Promise<number> => {
      const streams = [...new Set(numbers.map(streamOf))]
      const appends = streams.map((stream) => ({
        stream,
        expected: 'any' as const,
        events: numbers.filter((n) => streamOf(n) === stream).map(happened),
      }))
      const appended = await right(store.appendAll(appends))
      return Math.max(...appended.flatMap(({ positions }) => positions))
    },
    stop: async () => {
      gate.open()
      closing.abort()
      await puller.return()
      await loops
      await runtime.stop()
      await dispatcher.stop()
      await store.stop()
      await sql.end({ timeout: 1 })
    },
  }
}

export type Application = Awaited<ReturnType<typeof startApplication>>
