import { EventCodec, EventId, type Logger, type LogPosition, type NewEvent } from '@foldlog/core'
import { makeDispatcher } from '@foldlog/dispatcher'
import { makeHandlerTransactions, makePostgresStore } from '@foldlog/postgres-store'
import {
  EventHandler,
  makeHandlerRuntime,
  makeInlineProjections,
  ProcessManager,
  Projection,
  type PullError,
  pull,
  Reaction,
  RuntimeStatus,
  recoverRewound,
  type StartFrom,
  subscribe,
  TransactionalHandler,
  Views,
} from '@foldlog/subscriptions'
import { connect } from '@foldlog/test-kit'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { right, streamNamed } from '../fixtures.ts'
import { type AccountCommand, account, balances } from './account.ts'

const things = { category: 'thing', events: EventCodec.make({ Happened: t.strict({ n: t.number }) }) } as const

/** A warning or error in the log of a process. */
export interface Complaint {
  readonly level: 'warn' | 'error'
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

/** Lets work wait while the gate is shut. */
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

/** How many numbers each stream got, and in which order. */
const order = Projection.make({
  name: 'order',
  from: [things],
  view: t.readonlyArray(t.number),
  key: ({ stream }) => stream,
  project: (view, { event }) => [...(view ?? []), event.data.n],
})

/** The table of the transactional handler. It has no unique column: a number that is noted twice is there twice. */
export const notesTable = 'create table foldlog.notes (n int not null)'

/** A command of the process manager that was sent, and answered. */
export interface Sent {
  readonly n: number
  readonly commandId: string
}

/** All handlers of an application, by name. */
export const handlerNames = ['busy', 'idle', 'order', 'noting', 'paying'] as const

/**
 * A process of an application with everything that remembers a place in the log: handlers of each kind, one of which
 * can be held in the middle of its work, a dispatcher that caches and takes snapshots, an inline projection, a
 * subscription and a pull subscription.
 */
export const startApplication = async (url: string, role: 'everything' | 'commands only') => {
  const sql = connect(url, { max: 8 })
  const complaints: Array<Complaint> = []
  const complain = (level: Complaint['level']) => (message: string, facts: Readonly<Record<string, unknown>>) =>
    void complaints.push({ level, message, facts })
  const logger: Logger = { debug: () => {}, info: () => {}, warn: complain('warn'), error: complain('error') }
  const store = makePostgresStore({ sql, statementTimeout: 2_000, retryTimeout: 15_000 })
  const nextId = EventId.source({ now: Date.now, random: Math.random })

  const happened = (n: number): NewEvent => ({
    id: nextId(),
    type: 'Happened',
    schemaVersion: 1,
    data: { n },
    metadata: {},
  })
  const createStream = (n: number) => streamNamed(`thing-${n % 4}`)

  const [busy, idle, pulled, subscribed]: ReadonlyArray<Array<number>> = [[], [], [], []]
  const gate = makeGate()
  let held = 0
  const handling = (name: string, into: Array<number> | undefined, before: () => Promise<void>) =>
    EventHandler.make({
      name,
      from: [things],
      start: 'origin',
      handle:
        ({ event }) =>
        async () => {
          await before()
          into?.push(event.data.n)
          return E.right(undefined)
        },
    })
  const noting = TransactionalHandler.make({
    name: 'noting',
    from: [things],
    transactions: makeHandlerTransactions({ sql, timeout: 2_000 }),
    handle: (transaction, events) =>
      TE.tryCatch(
        () =>
          transaction.unsafe(
            `insert into foldlog.notes (n)
             select n::int from jsonb_array_elements_text($1::text::jsonb) n`,
            [JSON.stringify(events.map(({ event }) => event.data.n))],
          ),
        (cause) => ({ _tag: 'NotesRefused', why: String(cause) }),
      ),
  })
  /** Sends a command that deposits a coin for every event. */
  const paying = ProcessManager.make({
    name: 'paying',
    from: [things],
    start: 'origin',
    state: t.number,
    initialState: 0,
    key: ({ event }) => String(event.data.n),
    evolve: (inputs) => inputs + 1,
    react: (_, input): ReadonlyArray<Reaction<AccountCommand>> => {
      if (input._tag !== 'EventHappened') return []
      const { n } = input.event.event.data
      return [Reaction.send({ type: 'Deposit', data: { id: `paid-${n % 4}`, amount: 1, of: n } }), Reaction.end]
    },
  })
  const inline = makeInlineProjections({ store, projections: [balances], logger })
  const dispatcher = makeDispatcher({ store: inline.store, aggregates: [account], snapshots: store, logger })
  const handlers = [
    handling('busy', busy, async () => {
      held++
      await gate.passed()
      held--
    }),
    handling('idle', idle, async () => {}),
    order,
    noting,
    paying,
  ]
  const sent: Array<Sent> = []
  const runtime = makeHandlerRuntime({
    store,
    handlers,
    dispatch: (command, context) => async () => {
      // The process manager sends no others.
      const { data } = command as AccountCommand
      const answer = await dispatcher.dispatch(command as AccountCommand, context)()
      if (E.isRight(answer)) sent.push({ n: data.of ?? Number.NaN, commandId: context.commandId })
      return answer
    },
    limits: { leaseTime: 3_000, idleCommitInterval: 20, pollInterval: 100 },
    logger,
  })

  const ends: { subscribe: PullError | undefined; pull: PullError | undefined } = {
    subscribe: undefined,
    pull: undefined,
  }
  const closing = new AbortController()
  const numberOf = (data: unknown): number =>
    typeof data === 'object' && data !== null && 'n' in data ? Number(data.n) : Number.NaN
  const filter = { categories: ['thing'] }
  const follow = async (start: StartFrom): Promise<void> => {
    for await (const event of subscribe({ store, filter, start, pollInterval: 100, signal: closing.signal })) {
      if (E.isRight(event)) subscribed?.push(numberOf(event.right.data))
      else ends.subscribe = event.left
    }
  }
  const work = async (): Promise<void> => {
    const { signal } = closing
    for await (const delivery of pull({ store, name: 'pulled', filter, leaseTime: 3_000, pollInterval: 100, signal })) {
      if (E.isLeft(delivery)) {
        ends.pull = delivery.left
        continue
      }
      const { event, ack } = delivery.right
      pulled?.push(numberOf(event.data))
      ack()
    }
  }

  await right(inline.open)
  if (role === 'everything') await right(runtime.start)
  const loops: Array<Promise<void>> = role === 'everything' ? [follow('origin'), work()] : []

  return {
    store,
    runtime,
    complaints,
    /** The errors with which the subscription and the pull subscription have ended. */
    ends,
    sent,
    gate,
    /** How many events the busy handler has begun and not ended. */
    held: () => held,
    /** The numbers that each of them got, in order. */
    seen: { busy: busy ?? [], idle: idle ?? [], pulled: pulled ?? [], subscribed: subscribed ?? [] },
    dispatch: (type: 'Deposit' | 'Withdraw', id: string, amount: number) =>
      dispatcher.dispatch({ type, data: { id, amount } })(),
    balance: async (id: string) => (await right(dispatcher.load(account, id))).state,
    views: async () => Object.fromEntries((await right(Views.make(balances, store).list())).views),
    order: async () => Object.fromEntries((await right(Views.make(order, store).list())).views),
    status: () => right(RuntimeStatus.read(store)),
    /**
     * Does what an operator does: recovers the handlers, subscribes again behind the last common position, and pulls
     * again.
     */
    recover: async () => {
      const report = await right(recoverRewound({ store, handlers }))
      if (ends.subscribe?._tag === 'LogRewound') loops.push(follow({ after: ends.subscribe.common ?? 0 }))
      if (ends.pull !== undefined) loops.push(work())
      return report
    },
    /** Recovers once more; the report says what is left. */
    recoverAgain: () => right(recoverRewound({ store, handlers })),
    notes: async () => (await sql`select n from foldlog.notes order by n`).map((row) => Number(row['n'])),
    /** Appends events one by one, to four streams in turn; returns the place of the last. */
    happen: async (numbers: ReadonlyArray<number>): Promise<LogPosition> => {
      let last: LogPosition = { position: 0, history: '' }
      for (const n of numbers) {
        const appended = await right(store.append({ stream: createStream(n), expected: 'any', events: [happened(n)] }))
        last = { position: appended.positions.at(-1) ?? 0, history: appended.history }
      }
      return last
    },
    /** Appends events all at once, so that a handler has all of them in hand; returns the place of the last. */
    happenTogether: async (numbers: ReadonlyArray<number>): Promise<LogPosition> => {
      const streams = [...new Set(numbers.map(createStream))]
      const appends = streams.map((stream) => ({
        stream,
        expected: 'any' as const,
        events: numbers.filter((n) => createStream(n) === stream).map(happened),
      }))
      const appended = await right(store.appendAll(appends))
      return {
        position: Math.max(...appended.flatMap(({ positions }) => positions)),
        history: appended[0]?.history ?? '',
      }
    },
    stop: async () => {
      gate.open()
      closing.abort()
      await Promise.all(loops)
      await runtime.stop()
      await dispatcher.stop()
      await store.stop()
      await sql.end({ timeout: 1 })
    },
  }
}

export type Application = Awaited<ReturnType<typeof startApplication>>
