import type { HandlerDocument, RecordedEvent } from '@foldlog/core'
import { either as E, option as O, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { groupOf } from '../handlerLaws/HandlerLaw.ts'
import { fail, holds, same } from '../internal/expectation.ts'
import { right } from '../laws/given.ts'
import {
  checkpointOf,
  expectAll,
  expectWhole,
  firsts,
  handlersOf,
  listing,
  makeGate,
  noting,
  type Thing,
} from './given.ts'
import { rewindLaw } from './SubscriptionLaw.ts'
import type {
  HandlerUnderLaw,
  ProcessManagerUnderLaw,
  RewoundUnderLaw,
  RuntimeUnderLawOptions,
  StoreOfHandlers,
} from './Subscriptions.ts'
import { added, handlerName, type Place, type World } from './World.ts'

/** A process for each stream, which sends one command for each event, with the id of the event. */
const managing = ({ source }: World) =>
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

/** An event handler, a projection and a process manager, of two partitions each, and what they have done. */
const handlersIn = (world: World) => {
  const { seen, handler } = noting(world)
  const commands: Array<{ readonly id: string; readonly event: string }> = []
  const dispatch: RuntimeUnderLawOptions['dispatch'] = ({ data }, { commandId }) => {
    commands.push({ id: commandId, event: `${data}` })
    return TE.right(undefined)
  }
  const list = listing(world, { partitions: 2 })
  const handlers: ReadonlyArray<HandlerUnderLaw> = [
    { ...handler, partitions: 2 },
    list,
    { ...managing(world), partitions: 2 },
  ]
  return { seen, commands, dispatch, list, handlers, names: handlers.map(({ name }) => name) }
}

type Cast = ReturnType<typeof handlersIn>

const run = (world: World, { handlers, dispatch }: Cast, store = world.store) =>
  world.run(handlers, { store, dispatch })

/** All events of the category, as the log has them now. */
const logOf = async ({ store, category }: World): Promise<ReadonlyArray<RecordedEvent>> =>
  (await right(store.readLog({ filter: { categories: [category] }, count: 10_000 }), 'the log')).events

const settledAt = (world: World, { names }: Cast, position: number): Promise<void> =>
  world.until('checkpoints and commands are written', async () => {
    for (const name of names) {
      const [status] = await handlersOf(world, name)
      if (status?.commands !== 0 || (await checkpointOf(world, name)) < position) return false
    }
    return true
  })

/** Why a handler has stopped because the log went back, by partition. */
const rewoundStops = async (world: World, name: string): Promise<ReadonlyArray<RewoundUnderLaw>> =>
  (await handlersOf(world, name)).flatMap(({ stops }) =>
    stops.flatMap((stop) => world.subscriptions.HandlerStop.parse(stop)?.rewound ?? []),
  )

const stoppedByIt = (world: World, names: ReadonlyArray<string>): Promise<void> =>
  world.until('the handlers have stopped because the log went back', async () => {
    for (const name of names) if ((await rewoundStops(world, name)).length === 0) return false
    return true
  })

/**
 * Makes the log go back behind what is handled, then appends `regrown` other events. They get some of the lost
 * positions, just as many, or more.
 */
const wentBack = async (world: World, cast: Cast, regrown: number) => {
  const process = world.process()
  const runtime = await run(world, cast, process.store)
  const common = await world.write(1)
  await world.handled(runtime, cast.names, common)
  await settledAt(world, cast, common)
  const restore = await world.backup()
  let end = common
  for (let n = 0; n < 6; n++) end = await world.append(n % 5, added(n))
  await world.handled(runtime, cast.names, end)
  await settledAt(world, cast, end)
  const done = { seen: cast.seen.length, commands: cast.commands.length }
  const lost = await restore()
  for (let n = 0; n < regrown; n++) await world.append(n % 5, added(100 + n))
  return { process, runtime, common, lost, done, restore }
}

const positionsOf = (events: ReadonlyArray<Pick<Place, 'position'>>) => events.map(({ position }) => position)

/**
 * Checks that each event of the log was seen once and has sent one command, and that the views are the fold of the log.
 */
const expectLog = async (world: World, { seen, commands, list }: Cast): Promise<void> => {
  const log = await logOf(world)
  const ids = log.map(({ id }) => `${id}`)
  const known = new Set(ids)
  same(ids.length, world.written().length, 'how many events the log has')
  expectAll(
    world,
    seen.filter(({ id }) => known.has(id)),
  )
  const sent = new Map(commands.map(({ id, event }) => [id, event]))
  const ofLog = [...sent.values()].filter((event) => known.has(event))
  same(ofLog.sort(), [...ids].sort(), 'the events for which commands were sent')
  await expectWhole(world, list.name)
}

/** Lets another process send heartbeats for a while. */
const aWhile = async (world: World, cast: Cast): Promise<void> => {
  const late = world.process()
  await run(world, cast, late.store)
  await world.until('another process has said several times that it lives', () => late.beats() > 10)
}

/** What is noted of a handler as done beyond its checkpoints. */
const notesOf = async ({ store }: World, name: string): Promise<ReadonlyArray<HandlerDocument>> => {
  const [serving] = (await right(store.generations, 'the generations')).filter((one) => one.name === name && one.serves)
  if (serving === undefined) return fail(`nothing serves ${name}`)
  const { generation } = serving
  return (await right(store.listDocuments({ name, generation, kind: 'ahead' }), 'the notes')).documents
}

/** Writes documents as a copy of newer rows would bring them, without a look at the log. */
const bringBack = async (world: World, name: string, documents: ReadonlyArray<HandlerDocument>): Promise<void> => {
  const { store, leaseTime } = world
  const [{ generation } = fail('there is no document')] = documents
  const beat = { name, generation, member: handlerName(), leaseTime, capacity: 1_024, report: null }
  const missing = new Map(documents.map((document) => [document.partition, document]))
  await world.until('the partitions of a handler are free', async () => {
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
 * A handler with one event that is tried again and again, so that its checkpoint stays before it, and with later events
 * that are done. The log goes back behind some of these, and only the note of them is newer, as after a copy of rows.
 */
const newerNotes = async (world: World) => {
  const blocked = world.streamOf(0)
  let works = false
  const { seen, handler, name } = noting(
    world,
    ({ stream }) =>
      async () =>
        stream === blocked && !works ? E.left('not yet') : E.right(undefined),
  )
  const handlers = [{ ...handler, onFailure: { retry: () => O.some(20), verdict: () => 'park' as const } }]
  const first = await world.run(handlers)
  await world.handled(first, [name], await world.append(1, added()))
  await world.append(0, added())
  const shared = await world.append(2, added())
  const isDone = (position: number) =>
    world.until('what is done beyond the checkpoint is noted', async () =>
      (await notesOf(world, name)).some(({ data }) => Number(Reflect.get(Object(data), 'doneTo')) >= position),
    )
  await isDone(shared)
  const restore = await world.backup()
  await world.append(1, added())
  await isDone(await world.append(2, added()))
  const notes = await notesOf(world, name)
  await first.stop()
  await restore()
  await bringBack(world, name, notes)
  // Other events at the positions that are noted as done, and behind them.
  for (let n = 1; n <= 4; n++) await world.append(n, added(n))
  const runtime = await world.run(handlers)
  await stoppedByIt(world, [name])
  const work = (): void => {
    works = true
  }
  return { runtime, handlers, name, shared, seen, work }
}

/** Checks that each event of the log was handled, in the order of its stream. */
const expectHandled = async (world: World, seen: ReadonlyArray<Thing>): Promise<void> => {
  const log = new Set((await logOf(world)).map(({ id }) => id))
  expectAll(world, firsts(seen.filter(({ id }) => log.has(id))))
}

const regrown = [1, 6, 20]

export const rewinds = groupOf('rewinds', [
  ...regrown.map((count) =>
    rewindLaw(`stop every handler, with what is gone, when ${count} other events came since`, async (world) => {
      const cast = handlersIn(world)
      const { common, lost, done } = await wentBack(world, cast, count)
      await stoppedByIt(world, cast.names)
      // In every process: one that begins now, and one that goes on.
      await aWhile(world, cast)
      await world.append(0, added())
      same(cast.seen.length, done.seen, 'how many events are handled')
      same(cast.commands.length, done.commands, 'how many commands are sent')
      for (const name of cast.names) {
        const stops = await rewoundStops(world, name)
        for (const { common: told } of stops) same(told, common, `the last position that both logs share, of ${name}`)
        const told = new Map(stops.flatMap((stop) => stop.lost.map((event) => [event.id, event])))
        const positions = positionsOf([...told.values()]).sort((one, another) => one - another)
        same(positions, positionsOf(lost), `what is gone, of ${name}`)
        holds((await checkpointOf(world, name)) <= common, `${name} is no farther than what both logs share`)
      }
    }),
  ),

  ...regrown.map((count) =>
    rewindLaw(
      `are recovered: the handlers go on with ${count} other events, miss nothing and count nothing twice`,
      async (world) => {
        const cast = handlersIn(world)
        const { store, subscriptions } = world
        const { runtime, common, lost } = await wentBack(world, cast, count)
        await stoppedByIt(world, cast.names)
        const report = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'the recovery')
        same(
          report.handlers.map(({ name, repeats }) => [name, repeats]),
          cast.names.map((name) => [name, 0]),
          'what is recovered, and how much is repeated',
        )
        for (const { name, common: told, lost: named } of report.handlers) {
          same([told, positionsOf(named)], [common, positionsOf(lost)], `what is told of ${name}`)
        }
        const last = await world.append(1, added(999))
        await world.handled(runtime, cast.names, last)
        await settledAt(world, cast, last)
        await expectLog(world, cast)
        const again = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'another recovery')
        same(again.handlers, [], 'what is left to be recovered')
      },
    ),
  ),

  rewindLaw('of a second time are noticed and recovered like the first', async (world) => {
    const cast = handlersIn(world)
    const { store, subscriptions } = world
    const { runtime } = await wentBack(world, cast, 3)
    await stoppedByIt(world, cast.names)
    await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'the recovery')
    let last = await world.append(1, added())
    await world.handled(runtime, cast.names, last)
    await settledAt(world, cast, last)
    const restore = await world.backup()
    last = await world.append(2, added())
    await world.handled(runtime, cast.names, last)
    await settledAt(world, cast, last)
    const lost = await restore()
    await world.append(3, added())
    await stoppedByIt(world, cast.names)
    const report = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'another recovery')
    same(
      report.handlers.map(({ name }) => name),
      cast.names,
      'what is recovered the second time',
    )
    for (const { name, lost: named } of report.handlers) same(positionsOf(named), positionsOf(lost), `gone, of ${name}`)
    last = await world.append(4, added())
    await world.handled(runtime, cast.names, last)
    await settledAt(world, cast, last)
    await expectLog(world, cast)
  }),

  rewindLaw('of a second time that take the stops away are noticed like the first', async (world) => {
    const cast = handlersIn(world)
    const { store, subscriptions } = world
    const { runtime, restore, common, lost, done } = await wentBack(world, cast, 3)
    await stoppedByIt(world, cast.names)
    await restore()
    for (let n = 0; n < 9; n++) await world.append(n % 5, added(200 + n))
    await stoppedByIt(world, cast.names)
    same(cast.seen.length, done.seen, 'how many events are handled')
    const report = await right(subscriptions.recoverRewound({ store, handlers: cast.handlers }), 'the recovery')
    for (const { name, common: told, lost: named, repeats } of report.handlers) {
      same([told, positionsOf(named), repeats], [common, positionsOf(lost), 0], `what is told of ${name}`)
    }
    const last = await world.append(4, added())
    await world.handled(runtime, cast.names, last)
    await settledAt(world, cast, last)
    await expectLog(world, cast)
  }),

  rewindLaw('beside what is under way let no checkpoint pass what both logs share', async (world) => {
    const process = world.process()
    const { seen, handler, name } = noting(world)
    const runtime = await world.run([handler], { store: process.store })
    const common = await world.append(0, added())
    await world.handled(runtime, [name], common)
    await world.until('its checkpoint is written', async () => (await checkpointOf(world, name)) >= common)
    const restore = await world.backup()
    // The handler has handled events that are going to be lost, and its commit arrives afterwards.
    process.pause('commits')
    await world.append(0, added())
    await world.until('its commit is on the way', () => process.waiting() > 0)
    await restore()
    for (let n = 0; n < 9; n++) await world.append(n % 3, added(n))
    process.resume()
    await stoppedByIt(world, [name])
    same(await checkpointOf(world, name), common, 'the checkpoint')
    const recovered = world.subscriptions.recoverRewound({ store: world.store, handlers: [handler] })
    await right(recovered, 'the recovery')
    await world.handled(runtime, [name], await world.append(0, added()))
    const log = new Set((await logOf(world)).map(({ id }) => id))
    expectAll(
      world,
      seen.filter(({ id }) => log.has(id)),
    )
  }),

  rewindLaw('are noticed when only the note of what is done beyond a checkpoint is newer', async (world) => {
    const { runtime, handlers, name, shared, seen, work } = await newerNotes(world)
    for (const { common } of await rewoundStops(world, name)) same(common, shared, 'the last position both logs share')
    work()
    const report = await right(world.subscriptions.recoverRewound({ store: world.store, handlers }), 'the recovery')
    same(
      report.handlers.map(({ common }) => common),
      [shared],
      'what is told of the handler',
    )
    await world.handled(runtime, [name], await world.append(0, added()))
    await expectHandled(world, seen)
  }),

  rewindLaw('are recovered once by two that have read the same status', async (world) => {
    const { runtime, handlers, name, seen, work } = await newerNotes(world)
    const { store, subscriptions } = world
    work()
    const gate = makeGate()
    let asked = false
    const slow: StoreOfHandlers = {
      ...store,
      setBack: (handler) => async () => {
        asked = true
        await gate.opened
        return store.setBack(handler)()
      },
    }
    const second = subscriptions.recoverRewound({ store: slow, handlers })()
    await world.until('the second recovery is on its way', () => asked)
    const first = await right(subscriptions.recoverRewound({ store, handlers }), 'the first recovery')
    const last = await world.append(0, added())
    await world.handled(runtime, [name], last)
    await world.until('its checkpoint is written', async () => (await checkpointOf(world, name)) >= last)
    const done = seen.length
    gate.open()
    const late = await right(async () => second, 'the second recovery')
    same(
      [first, late].map((report) => report.handlers.map(({ outcome }) => outcome)),
      [['resumed'], ['recoveredBefore']],
      'what the recoveries have done',
    )
    await world.handled(runtime, [name], await world.append(0, added()))
    same(seen.length, done + 1, 'how many events are handled')
    await expectHandled(world, seen)
  }),

  rewindLaw('that lose nothing stop no handler', async (world) => {
    const cast = handlersIn(world)
    const runtime = await run(world, cast)
    const beside = await run(world, cast, world.other)
    for (let i = 0; i < 4; i++) {
      const last = await world.write(1)
      if (i % 2 === 0) await world.handled(i === 0 ? runtime : beside, cast.names, last)
      await world.restart()
    }
    const last = await world.append(0, added())
    await world.handled(runtime, cast.names, last)
    await settledAt(world, cast, last)
    for (const name of cast.names) {
      const stops = (await handlersOf(world, name)).flatMap((one) => one.stops)
      same(stops, [], `why ${name} has stopped`)
    }
    await expectLog(world, cast)
  }),

  rewindLaw('end waiting for a place that is gone, and not for one that both logs share', async (world) => {
    const { handler, name } = noting(world)
    const only = await world.run([], { store: world.other })
    const shared = await world.append(0, added())
    const before = await right(world.store.history, 'the history')
    const restore = await world.backup()
    const gone = await world.append(0, added())
    const history = await right(world.store.history, 'the history')
    const waiting = only.waitFor([name], { position: gone, history }, world.patience)()
    await restore()
    for (let n = 0; n < 3; n++) await world.append(n, added(n))
    const outcome = await waiting
    if (E.isRight(outcome)) return fail('nobody has handled it')
    const { _tag, position, common } = { position: 0, common: null, ...outcome.left }
    same([_tag, position, common], ['LogRewound', gone, shared], 'how waiting for the place ends')
    await world.run([handler])
    const other = only.waitFor([name], { position: shared, history: before }, world.patience)
    await right(other, 'waiting for a place that both logs share')
  }),

  rewindLaw('end a subscription that has read what is gone', async (world) => {
    const { store, category, subscriptions } = world
    const first = await world.append(0, added(), added())
    const restore = await world.backup()
    await world.append(1, added())
    const abort = new AbortController()
    const filter = { categories: [category] }
    const events = subscriptions.subscribe({ store, filter, start: 'origin', poll: 20, signal: abort.signal })
    try {
      for (let n = 0; n < 3; n++) {
        const { value } = await events.next()
        holds(value !== undefined && E.isRight(value), `event ${n} of the subscription`)
      }
      await restore()
      for (let n = 0; n < 4; n++) await world.append(n, added(n))
      await expectEnd(() => events.next(), first)
    } finally {
      abort.abort()
    }
  }),

  rewindLaw('end a pull subscription that has given out what is gone', async (world) => {
    const { store, category, leaseTime, subscriptions } = world
    const name = handlerName()
    const first = await world.append(0, added(), added())
    const events = subscriptions.pull({ store, name, filter: { categories: [category] }, poll: 20, leaseTime })
    const take = async () => {
      const { value } = await events.next()
      if (value === undefined || E.isLeft(value)) return fail('the subscription has ended')
      value.right.ack()
      return value.right.event.position
    }
    try {
      for (let n = 0; n < 2; n++) await take()
      await world.until('its checkpoint is written', async () => (await checkpointOf(world, name)) >= first)
      const restore = await world.backup()
      const last = await world.append(1, added())
      same(await take(), last, 'the event that is going to be gone')
      await world.until('its checkpoint is written', async () => (await checkpointOf(world, name)) >= last)
      await restore()
      for (let n = 0; n < 4; n++) await world.append(n, added(n))
      await expectEnd(() => events.next(), first)
    } finally {
      await events.return()
    }
  }),
])

/** Checks that the next value is the last, and says that the log went back. */
const expectEnd = async (
  next: () => Promise<IteratorResult<E.Either<{ readonly _tag: string }, unknown>, void>>,
  shared: number,
): Promise<void> => {
  const { value } = await next()
  if (value === undefined || E.isRight(value)) return fail('an event came of the log as it is now')
  const { _tag, common } = { common: null, ...value.left }
  same([_tag, common], ['LogRewound', shared], 'how it ends')
  same((await next()).done, true, 'that it is over')
}
