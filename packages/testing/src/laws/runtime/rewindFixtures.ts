import type { RecordedEvent } from '@foldlog/core'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import {
  checkpointOf,
  expectAll,
  expectWhole,
  handlersOf,
  recordingHandler,
  type Thing,
  versionsProjection,
} from './fixtures.ts'
import type { HandlerUnderLaw, ProcessManagerUnderLaw } from './HandlerUnderLaw.ts'
import { handlerName, type RuntimeLawContext } from './RuntimeLawContext.ts'
import type { RuntimeUnderLawOptions } from './RuntimeUnderLaw.ts'
import type { RewoundUnderLaw } from './SubscriptionsModule.ts'

/** A process for each stream, which sends one command for each event, with the id of the event. */
export const managing = ({ source }: RuntimeLawContext) =>
  ({
    _tag: 'ProcessManager',
    name: handlerName(),
    from: [source],
    start: 'origin',
    state: t.null,
    initialState: null,
    key: ({ stream }: Thing) => stream,
    evolve: () => null,
    react: (_: null, input: { readonly _tag: string; readonly event: Thing }) =>
      input._tag === 'EventHappened' ? [{ _tag: 'Send', command: { type: 'Count', data: input.event.id } }] : [],
  }) as const satisfies ProcessManagerUnderLaw

/** An event handler, a projection and a process manager, of two partitions each, and the record of their work. */
export const handlersIn = (context: RuntimeLawContext) => {
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

export type RuntimeWithHandlers = ReturnType<typeof handlersIn>

export const run = (context: RuntimeLawContext, { handlers, dispatch }: RuntimeWithHandlers, store = context.store) =>
  context.startRuntime(handlers, { store, dispatch })

/** All current events of the category, in the order of the log. */
export const logOf = async ({ store, category }: RuntimeLawContext): Promise<ReadonlyArray<RecordedEvent>> =>
  (await right(store.readLog({ filter: { categories: [category] }, count: 10_000 }), 'the log')).events

export const settledAt = (
  context: RuntimeLawContext,
  { names }: RuntimeWithHandlers,
  position: number,
): Promise<void> =>
  context.until('checkpoints and commands are written', async () => {
    for (const name of names) {
      const [status] = await handlersOf(context, name)
      if (status?.commands !== 0 || (await checkpointOf(context, name)) < position) return false
    }
    return true
  })

/** The reasons why a rewind has stopped a handler, by partition. */
export const rewoundStops = async (context: RuntimeLawContext, name: string): Promise<ReadonlyArray<RewoundUnderLaw>> =>
  (await handlersOf(context, name)).flatMap(({ stops }) =>
    stops.flatMap((stop) => context.subscriptions.HandlerStop.parse(stop)?.rewound ?? []),
  )

export const stoppedByRewind = (context: RuntimeLawContext, names: ReadonlyArray<string>): Promise<void> =>
  context.until('the handlers have stopped because the log went back', async () => {
    for (const name of names) if ((await rewoundStops(context, name)).length === 0) return false
    return true
  })

/**
 * Expects that each event of the log was handled once and has sent one command, and that the views are the fold of the
 * log.
 */
export const expectLog = async (
  context: RuntimeLawContext,
  { seen, commands, list }: RuntimeWithHandlers,
): Promise<void> => {
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
export const pause = async (context: RuntimeLawContext, cast: RuntimeWithHandlers): Promise<void> => {
  const late = context.process()
  await run(context, cast, late.store)
  await context.until('another process has sent several heartbeats', () => late.heartbeatCount() > 10)
}
