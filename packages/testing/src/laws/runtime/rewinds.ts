import type { RecordedEvent } from '@foldlog/core'
import type { HandlerDocument } from '@foldlog/core/store'
import { either as E, option as O, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  checkpointOf,
  expectAll,
  expectWhole,
  handlersOf,
  makeGate,
  recordingHandler,
  type Thing,
  versionsProjection,
  withoutRepeats,
} from './fixtures.ts'
import { added, type EventLocation, handlerName, type RuntimeLawContext } from './RuntimeLawContext.ts'
import { rewindLaw } from './runtimeLaw.ts'
import type {
  HandlerRuntimeStore,
  HandlerUnderLaw,
  ProcessManagerUnderLaw,
  RewoundUnderLaw,
  RuntimeUnderLawOptions,
} from './SubscriptionsModule.ts'

/** A process for each stream, which sends one command for each event, with the id of the event. */
const managing = ({ source }: RuntimeLawContext) =>
  ({
    _tag: 'ProcessManager',
    name: handlerName(),
    from: [source],
    state: t.null,
    initialState: null,
    key: ({ stream }: Thing) => stream,
    evolve: () => null,
    react: (_: null, input: { readonly _tag: string; readonly event: Thing }) =>
      input._tag === 'EventHappened' ? [{ _tag: 'Send', command: { type: 'Count', data: input.event.id } }] : [],
  }) as const satisfies ProcessManagerUnderLaw

/** An event handler, a projection and a process manager, of two partitions each, and the record of their work. */
const handlersIn = (context: RuntimeLawContext) => {
  const { seen, handler } = recordingHandler(context)
  const commands: Array<{ readonly id: string; readonly event: string }> = []
  const dispatch: RuntimeUnderLawOptions['dispatch'] = ({ data }, { commandId }) => {
    commands.push({ id: commandId, event: `${data}` })
    return TE.right(undefined)
  }
  const list = versionsProjection(context, { partitions: 2 })
  const handlers: ReadonlyArray<HandlerUnderLaw> = [
    { ...handler, partitions: 2 },
    list,
    { ...managing(context), partitions: 2 },
  ]
  return { seen, commands, dispatch, list, handlers, names: handlers.map(({ name }) => name) }
}

type RuntimeWithHandlers = ReturnType<typeof handlersIn>

const run = (context: RuntimeLawContext, { handlers, dispatch }: RuntimeWithHandlers, store = context.store) =>
  context.startRuntime(handlers, { store, dispatch })

/** All current events of the category, in the order of the log. */
const logOf = async ({ store, category }: RuntimeLawContext): Promise<ReadonlyArray<RecordedEvent>> =>
  (await right(store.readLog({ filter: { categories: [category] }, count: 10_000 }), 'the log')).events

const settledAt = (context: RuntimeLawContext, { names }: RuntimeWithHandlers, position: number): Promise<void> =>
  context.until('checkpoints and commands are written', async () => {
    for (const name of names) {
      const [status] = await handlersOf(context, name)
      if (status?.commands !== 0 || (await checkpointOf(context, name)) < position) return false
    }
    return true
  })

/** The reasons why a rewind has stopped a handler, by partition. */
const rewoundStops = async (context: RuntimeLawContext, name: string): Promise<ReadonlyArray<RewoundUnderLaw>> =>
  (await handlersOf(context, name)).flatMap(({ stops }) =>
    stops.flatMap((stop) => context.subscriptions.HandlerStop.parse(stop)?.rewound ?? []),
  )

const stoppedByRewind = (context: RuntimeLawContext, names: ReadonlyArray<string>): Promise<void> =>
  context.until('the handlers have stopped because the log went back', async () => {
    for (const name of names) if ((await rewoundStops(context, name)).length === 0) return false
    return true
  })

/**
 * Makes the log go back behind what is handled, then appends `regrown` other events. They get some of the lost
 * positions, just as many, or more.
 */
const makeLogGoBack = async (context: RuntimeLawContext, cast: RuntimeWithHandlers, regrown: number) => {
  const process = context.process()
  const runtime = await run(context, cast, process.store)
  const common = await context.appendRounds(1)
  await context.waitUntilHandled(runtime, cast.names, common)
  await settledAt(context, cast, common)
  const restore = await context.backup()
  let end = common
  for (let n = 0; n < 6; n++) end = await context.append(n % 5, added(n))
  await context.waitUntilHandled(runtime, cast.names, end)
  await settledAt(context, cast, end)
  const done = { seen: cast.seen.length, commands: cast.commands.length }
  const lost = await restore()
  for (let n = 0; n < regrown; n++) await context.append(n % 5, added(100 + n))
  return { process, runtime, common, lost, done, restore }
}

const positionsOf = (events: ReadonlyArray<Pick<EventLocation, 'position'>>) => events.map(({ position }) => position)

/**
 * Expects that each event of the log was handled once and has sent one command, and that the views are the fold of the
 * log.
 */
const expectLog = async (context: RuntimeLawContext, { seen, commands, list }: RuntimeWithHandlers): Promise<void> => {
  const log = await logOf(context)
  const ids = log.map(({ id }) => `${id}`)
  const known = new Set(ids)
  expectEqual(ids.length, context.appended().length, 'how many events the log has')
  expectAll(
    context,
    seen.filter(({ id }) => known.has(id)),
  )
  const sent = new Map(commands.map(({ id, event }) => [id, event]))
  const ofLog = [...sent.values()].filter((event) => known.has(event))
  expectEqual(ofLog.sort(), [...ids].sort(), 'the events for which commands were sent')
  await expectWhole(context, list.name)
}

/** Lets another process send heartbeats for a while. */
const pause = async (context: RuntimeLawContext, cast: RuntimeWithHandlers): Promise<void> => {
  const late = context.process()
  await run(context, cast, late.store)
  await context.until('another process has said several times that it lives', () => late.heartbeatCount() > 10)
}

/** The notes of a handler about work ahead of its checkpoints. */
const notesOf = async ({ store }: RuntimeLawContext, name: string): Promise<ReadonlyArray<HandlerDocument>> => {
  const [serving] = (await right(store.generations, 'the generations')).filter((one) => one.name === name && one.serves)
  if (serving === undefined) return fail(`nothing serves ${name}`)
  const { generation } = serving
  return (await right(store.listDocuments({ name, generation, kind: 'gaps' }), 'the notes')).documents
}

/** Writes documents as a copy of newer rows has them, without a look at the log. */
const bringBack = async (
  context: RuntimeLawContext,
  name: string,
  documents: ReadonlyArray<HandlerDocument>,
): Promise<void> => {
  const { store, leaseTime } = context
  const [{ generation } = fail('there is no document')] = documents
  const beat = { name, generation, member: handlerName(), leaseTime, capacity: 1_024, report: null }
  const missing = new Map(documents.map((document) => [document.partition, document]))
  await context.until('the partitions of a handler are free', async () => {
    const [answer] = await right(store.heartbeat([beat]), 'a heartbeat')
    for (const lease of answer?.leases ?? []) {
      const document = missing.get(lease.partition)
      if (document === undefined) continue
      const { kind, key, data } = document
      const outcomes = await right(store.commit([{ ...lease, changes: [{ kind, key, data }] }]), 'a commit')
      if (outcomes[0] === 'committed') missing.delete(lease.partition)
    }
    await right(store.release(answer?.leases ?? []), 'the release of leases')
    return missing.size === 0
  })
}

/**
 * Creates a handler with one event that is retried again and again, so that its checkpoint stays before that event, and
 * with later events that are handled. The log goes back behind some of these. Only the note of them is newer, as after
 * a copy of rows.
 */
const newerNotes = async (context: RuntimeLawContext) => {
  const blocked = context.streamOf(0)
  let works = false
  const { seen, handler, name } = recordingHandler(
    context,
    ({ stream }) =>
      async () =>
        stream === blocked && !works ? E.left('not yet') : E.right(undefined),
  )
  const handlers = [{ ...handler, onFailure: { retry: () => O.some(20), verdict: () => 'park' as const } }]
  const first = await context.startRuntime(handlers)
  await context.waitUntilHandled(first, [name], await context.append(1, added()))
  await context.append(0, added())
  const shared = await context.append(2, added())
  const isDone = (position: number) =>
    context.until('what is done beyond the checkpoint is noted', async () =>
      (await notesOf(context, name)).some(({ data }) => Number(Reflect.get(Object(data), 'doneTo')) >= position),
    )
  await isDone(shared)
  const restore = await context.backup()
  await context.append(1, added())
  await isDone(await context.append(2, added()))
  const notes = await notesOf(context, name)
  await first.stop()
  await restore()
  await bringBack(context, name, notes)
  // Other events at the positions that the note marks as handled, and behind them.
  for (let n = 1; n <= 4; n++) await context.append(n, added(n))
  const runtime = await context.startRuntime(handlers)
  await stoppedByRewind(context, [name])
  const work = (): void => {
    works = true
  }
  return { runtime, handlers, name, shared, seen, work }
}

/** Expects that each event of the log was handled, in the order of its stream. */
const expectHandled = async (context: RuntimeLawContext, seen: ReadonlyArray<Thing>): Promise<void> => {
  const log = new Set((await logOf(context)).map(({ id }) => id))
  expectAll(context, withoutRepeats(seen.filter(({ id }) => log.has(id))))
}

const appendAgain = [1, 6, 20]

export const rewinds = groupOf('rewinds', [
  ...appendAgain.map((count) =>
    rewindLaw(
      `a rewind stops every handler, and names the lost events (new events since: ${count})`,
      async (context) => {
        const cast = handlersIn(context)
        const { common, lost, done } = await makeLogGoBack(context, cast, count)
        await stoppedByRewind(context, cast.names)
        // In every process: in one that begins now, and in one that continues.
        await pause(context, cast)
        await context.append(0, added())
        expectEqual(cast.seen.length, done.seen, 'how many events are handled')
        expectEqual(cast.commands.length, done.commands, 'how many commands are sent')
        for (const name of cast.names) {
          const stops = await rewoundStops(context, name)
          for (const { common: reported } of stops)
            expectEqual(reported, common, `the last position that both logs share, of ${name}`)
          const reported = new Map(stops.flatMap((stop) => stop.lost.map((event) => [event.id, event])))
          const positions = positionsOf([...reported.values()]).sort((one, another) => one - another)
          expectEqual(positions, positionsOf(lost), `what is gone, of ${name}`)
          expectTrue((await checkpointOf(context, name)) <= common, `${name} is no farther than what both logs share`)
        }
      },
    ),
  ),

  ...appendAgain.map((count) =>
    rewindLaw(
      `after a recovery the handlers miss nothing and count nothing twice (new events since: ${count})`,
      async (context) => {
        const cast = handlersIn(context)
        const { store, subscriptions } = context
        const { runtime, common, lost } = await makeLogGoBack(context, cast, count)
        await stoppedByRewind(context, cast.names)
        const report = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'the recovery')
        expectEqual(
          report.handlers.map(({ name, repeats }) => [name, repeats]),
          cast.names.map((name) => [name, 0]),
          'what is recovered, and how much is repeated',
        )
        for (const { name, common: reported, lost: named } of report.handlers) {
          expectEqual([reported, positionsOf(named)], [common, positionsOf(lost)], `what is reported of ${name}`)
        }
        const last = await context.append(1, added(999))
        await context.waitUntilHandled(runtime, cast.names, last)
        await settledAt(context, cast, last)
        await expectLog(context, cast)
        const again = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'another recovery')
        expectEqual(again.handlers, [], 'what is left to be recovered')
      },
    ),
  ),

  rewindLaw('a second rewind is detected and recovered like the first', async (context) => {
    const cast = handlersIn(context)
    const { store, subscriptions } = context
    const { runtime } = await makeLogGoBack(context, cast, 3)
    await stoppedByRewind(context, cast.names)
    await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'the recovery')
    let last = await context.append(1, added())
    await context.waitUntilHandled(runtime, cast.names, last)
    await settledAt(context, cast, last)
    const restore = await context.backup()
    last = await context.append(2, added())
    await context.waitUntilHandled(runtime, cast.names, last)
    await settledAt(context, cast, last)
    const lost = await restore()
    await context.append(3, added())
    await stoppedByRewind(context, cast.names)
    const report = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'another recovery')
    expectEqual(
      report.handlers.map(({ name }) => name),
      cast.names,
      'what is recovered the second time',
    )
    for (const { name, lost: named } of report.handlers)
      expectEqual(positionsOf(named), positionsOf(lost), `gone, of ${name}`)
    last = await context.append(4, added())
    await context.waitUntilHandled(runtime, cast.names, last)
    await settledAt(context, cast, last)
    await expectLog(context, cast)
  }),

  rewindLaw('a second rewind that removes the stops is detected like the first', async (context) => {
    const cast = handlersIn(context)
    const { store, subscriptions } = context
    const { runtime, restore, common, lost, done } = await makeLogGoBack(context, cast, 3)
    await stoppedByRewind(context, cast.names)
    await restore()
    for (let n = 0; n < 9; n++) await context.append(n % 5, added(200 + n))
    await stoppedByRewind(context, cast.names)
    expectEqual(cast.seen.length, done.seen, 'how many events are handled')
    const report = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'the recovery')
    for (const { name, common: reported, lost: named, repeats } of report.handlers) {
      expectEqual(
        [reported, positionsOf(named), repeats],
        [common, positionsOf(lost), 0],
        `what is reported of ${name}`,
      )
    }
    const last = await context.append(4, added())
    await context.waitUntilHandled(runtime, cast.names, last)
    await settledAt(context, cast, last)
    await expectLog(context, cast)
  }),

  rewindLaw('a rewind beside work in progress lets no checkpoint pass the shared log', async (context) => {
    const process = context.process()
    const { seen, handler, name } = recordingHandler(context)
    const runtime = await context.startRuntime([handler], { store: process.store })
    const common = await context.append(0, added())
    await context.waitUntilHandled(runtime, [name], common)
    await context.until('its checkpoint is written', async () => (await checkpointOf(context, name)) >= common)
    const restore = await context.backup()
    // The handler has handled events that are about to be lost, and its commit arrives afterwards.
    process.pause('commits')
    await context.append(0, added())
    await context.until('its commit is on the way', () => process.waitingCount() > 0)
    await restore()
    for (let n = 0; n < 9; n++) await context.append(n % 3, added(n))
    process.resume()
    await stoppedByRewind(context, [name])
    expectEqual(await checkpointOf(context, name), common, 'the checkpoint')
    const recovered = context.subscriptions.recoverRewound({ store: context.store, handlers: [handler] })
    await right(recovered, 'the recovery')
    await context.waitUntilHandled(runtime, [name], await context.append(0, added()))
    const log = new Set((await logOf(context)).map(({ id }) => id))
    expectAll(
      context,
      seen.filter(({ id }) => log.has(id)),
    )
  }),

  rewindLaw('a rewind is detected when only the note of work ahead of a checkpoint is newer', async (context) => {
    const { runtime, handlers, name, shared, seen, work } = await newerNotes(context)
    for (const { common } of await rewoundStops(context, name))
      expectEqual(common, shared, 'the last position both logs share')
    work()
    const report = await right(context.subscriptions.recoverRewound({ store: context.store, handlers }), 'the recovery')
    expectEqual(
      report.handlers.map(({ common }) => common),
      [shared],
      'what is reported of the handler',
    )
    await context.waitUntilHandled(runtime, [name], await context.append(0, added()))
    await expectHandled(context, seen)
  }),

  rewindLaw('two recoveries that have read the same status recover a rewind once', async (context) => {
    const { runtime, handlers, name, seen, work } = await newerNotes(context)
    const { store, subscriptions } = context
    work()
    const gate = makeGate()
    let asked = false
    const slow: HandlerRuntimeStore = {
      ...store,
      resetCheckpoints: (handler) => async () => {
        asked = true
        await gate.opened
        return store.resetCheckpoints(handler)()
      },
    }
    const second = subscriptions.recoverRewound({ store: slow, handlers })()
    await context.until('the second recovery is on its way', () => asked)
    const first = await right(subscriptions.recoverRewound({ store, handlers }), 'the first recovery')
    const last = await context.append(0, added())
    await context.waitUntilHandled(runtime, [name], last)
    await context.until('its checkpoint is written', async () => (await checkpointOf(context, name)) >= last)
    const done = seen.length
    gate.open()
    const late = await right(async () => second, 'the second recovery')
    expectEqual(
      [first, late].map((report) => report.handlers.map(({ outcome }) => outcome)),
      [['resumed'], ['recoveredBefore']],
      'what the recoveries have done',
    )
    await context.waitUntilHandled(runtime, [name], await context.append(0, added()))
    expectEqual(seen.length, done + 1, 'how many events are handled')
    await expectHandled(context, seen)
  }),

  rewindLaw('a rewind that loses nothing stops no handler', async (context) => {
    const cast = handlersIn(context)
    const runtime = await run(context, cast)
    const beside = await run(context, cast, context.other)
    for (let i = 0; i < 4; i++) {
      const last = await context.appendRounds(1)
      if (i % 2 === 0) await context.waitUntilHandled(i === 0 ? runtime : beside, cast.names, last)
      await context.restart()
    }
    const last = await context.append(0, added())
    await context.waitUntilHandled(runtime, cast.names, last)
    await settledAt(context, cast, last)
    for (const name of cast.names) {
      const stops = (await handlersOf(context, name)).flatMap((one) => one.stops)
      expectEqual(stops, [], `why ${name} has stopped`)
    }
    await expectLog(context, cast)
  }),

  rewindLaw('a rewind ends waiting for a lost position, and not for one that both logs share', async (context) => {
    const { handler, name } = recordingHandler(context)
    const only = await context.startRuntime([], { store: context.other })
    const shared = await context.append(0, added())
    const before = await right(context.store.history, 'the history')
    const restore = await context.backup()
    const gone = await context.append(0, added())
    const history = await right(context.store.history, 'the history')
    const waiting = only.waitFor([name], { position: gone, history }, context.patience)()
    await restore()
    for (let n = 0; n < 3; n++) await context.append(n, added(n))
    const outcome = await waiting
    if (E.isRight(outcome)) return fail('nobody has handled it')
    const { _tag, position, common } = { position: 0, common: null, ...outcome.left }
    expectEqual([_tag, position, common], ['LogRewound', gone, shared], 'how waiting for the place ends')
    await context.startRuntime([handler])
    const other = only.waitFor([name], { position: shared, history: before }, context.patience)
    await right(other, 'waiting for a place that both logs share')
  }),

  rewindLaw('a rewind ends a subscription that has read lost events', async (context) => {
    const { store, category, subscriptions } = context
    const first = await context.append(0, added(), added())
    const restore = await context.backup()
    await context.append(1, added())
    const abort = new AbortController()
    const filter = { categories: [category] }
    const events = subscriptions.subscribe({ store, filter, start: 'origin', pollInterval: 20, signal: abort.signal })
    try {
      for (let n = 0; n < 3; n++) {
        const { value } = await events.next()
        expectTrue(value !== undefined && E.isRight(value), `event ${n} of the subscription`)
      }
      await restore()
      for (let n = 0; n < 4; n++) await context.append(n, added(n))
      await expectEnd(() => events.next(), first)
    } finally {
      abort.abort()
    }
  }),

  rewindLaw('a rewind ends a pull subscription that has delivered lost events', async (context) => {
    const { store, category, leaseTime, subscriptions } = context
    const name = handlerName()
    const first = await context.append(0, added(), added())
    const events = subscriptions.pull({ store, name, filter: { categories: [category] }, pollInterval: 20, leaseTime })
    const take = async () => {
      const { value } = await events.next()
      if (value === undefined || E.isLeft(value)) return fail('the subscription has ended')
      value.right.ack()
      return value.right.event.position
    }
    try {
      for (let n = 0; n < 2; n++) await take()
      await context.until('its checkpoint is written', async () => (await checkpointOf(context, name)) >= first)
      const restore = await context.backup()
      const last = await context.append(1, added())
      expectEqual(await take(), last, 'the event that is going to be gone')
      await context.until('its checkpoint is written', async () => (await checkpointOf(context, name)) >= last)
      await restore()
      for (let n = 0; n < 4; n++) await context.append(n, added(n))
      await expectEnd(() => events.next(), first)
    } finally {
      await events.return()
    }
  }),
])

/** Expects that the next value is the last, and reports the rewind. */
const expectEnd = async (
  next: () => Promise<IteratorResult<E.Either<{ readonly _tag: string }, unknown>, void>>,
  shared: number,
): Promise<void> => {
  const { value } = await next()
  if (value === undefined || E.isRight(value)) return fail('an event came of the log as it is now')
  const { _tag, common } = { common: null, ...value.left }
  expectEqual([_tag, common], ['LogRewound', shared], 'how it ends')
  expectEqual((await next()).done, true, 'that it is over')
}
