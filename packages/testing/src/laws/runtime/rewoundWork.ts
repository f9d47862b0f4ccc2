import type { HandlerDocument } from '@foldlog/core/store'
import { either as E, option as O } from 'fp-ts'
import { expectEqual, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  checkpointOf,
  expectAll,
  handlersOf,
  makeGate,
  recordingHandler,
  type Thing,
  withoutRepeats,
} from './fixtures.ts'
import { added, handlerName, type RuntimeLawContext } from './RuntimeLawContext.ts'
import type { HandlerRuntimeStore } from './RuntimeUnderLaw.ts'
import { expectLog, handlersIn, logOf, rewoundStops, run, settledAt, stoppedByRewind } from './rewindFixtures.ts'
import { rewindLaw } from './runtimeLaw.ts'

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

export const rewoundWork = groupOf('rewinds', [
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
    // A batch that was in progress at a restart may lose its lease, and is handled again.
    await expectLog(context, { ...cast, seen: [...withoutRepeats(cast.seen)] })
  }),
])
