import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeApplicationEither } from '@foldlog/application'
import { Aggregate, describeUnknown, EventCodec } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { makeDispatcher, makeDispatcherEither } from '@foldlog/dispatcher'
import { listen, makeApp } from '@foldlog/hono-server'
import { Route } from '@foldlog/http'
import { serveNode } from '@foldlog/http/node'
import { makeMemoryStore } from '@foldlog/memory-store'
import { EmbeddedPostgres } from '@foldlog/postgres-embedded'
import { makeHandlerTransactions, makePostgresStoreEither, printMigrations, transaction } from '@foldlog/postgres-store'
import {
  BatchHandler,
  EventHandler,
  InlineProjection,
  makeHandlerRuntime,
  makeInlineProjections,
  ParkedEvent,
  ProcessManager,
  Projection,
  pull,
  recoverRewound,
  subscribe,
  Views,
} from '@foldlog/subscriptions'
import { OddValues } from '@foldlog/test-kit'
import { checkBoundary, findCodecProblems, findCounterexample } from '@foldlog/testing'
import { describeLaws, handlerStoreLaws, storeLaws, subscriptionLaws } from '@foldlog/testing/laws'
import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import postgres from 'postgres'
import { numberOptions } from './numberOptions.ts'

// Every number among the options of the packages, with a call that is given a value for it. A new one that is not in
// the table fails the first test. The others send everything that JavaScript has to each: it is refused by name.

const Added = EventCodec.make({ Added: t.strict({}) })
type Add = { readonly type: 'Add'; readonly data: null }
const decider = { initialState: 0, evolve: (n: number) => n + 1, decide: (_: Add) => E.right([]) }
const adds = fc.constant<Add>({ type: 'Add', data: null })
const things = { category: 'thing', events: Added }
const common = { name: 'numbers', from: [things] as const, start: 'origin' as const }
const sql = postgres('postgres://127.0.0.1:1/nobody-connects')
const right = TE.right(undefined)

type Handler = Parameters<typeof makeHandlerRuntime>[0]['handlers'][number]
type Odd = never

const runtime = (options: object) =>
  makeHandlerRuntime({ store: makeMemoryStore(), handlers: [], dispatch: () => TE.right(0), ...options })
const withHandler = (handler: Handler, change: object) => runtime({ handlers: [{ ...handler, ...change }] }).start()

const eventHandler = EventHandler.make({ ...common, handle: () => right })
const batchHandler = BatchHandler.make({ ...common, handle: () => right })
const projection = Projection.make({ ...common, view: t.number, key: () => 'key', project: () => 1 })
const inlineProjection = InlineProjection.make({ ...common, view: t.number, key: () => 'key', project: () => 1 })
const processManager = ProcessManager.make({
  ...common,
  key: () => 'key',
  state: t.number,
  initialState: 0,
  evolve: (n) => n,
  react: () => [],
})

const snapshot = (change: object) =>
  makeDispatcherEither({
    store: makeMemoryStore(),
    aggregates: [
      Aggregate.make({
        category: 'thing',
        commands: ['Add'],
        id: () => '1',
        decider,
        events: Added,
        snapshot: { schemaVersion: 1, every: 10, codec: t.number, ...change },
      }),
    ],
  })
const thing = Aggregate.make({ category: 'thing', commands: ['Add'], id: () => '1', decider, events: Added })
const counted = makeDispatcher({ store: makeMemoryStore(), aggregates: [thing] })
const dispatcher = (options: object) => makeDispatcherEither({ store: makeMemoryStore(), aggregates: [], ...options })
const application = (options: object) => makeApplicationEither({ store: makeMemoryStore(), aggregates: [], ...options })
const server = (options: object) => listen(makeApp([], {}), options)()
const store = (options: object) => makePostgresStoreEither({ sql, ...options })
const inline = (options: object) =>
  makeInlineProjections({ store: makeMemoryStore(), projections: [inlineProjection], ...options }).open()
const follow = async (events: AsyncGenerator<unknown> | AsyncIterator<unknown>) => (await events.next()).value
const laws = { makeStore: async () => ({ store: makeMemoryStore() }) }
const lawOf = <Setup>(all: ReadonlyArray<{ readonly run: (setup: Setup) => Promise<void> }>, setup: unknown) =>
  all[0]?.run(setup as Setup)

const read = makeMemoryStore()
const stream = 'thing-1' as never
const documents = { name: 'numbers', kind: 'view' } as const

/** For each option a call that is given a value for it, and answers or throws. */
const doors: Readonly<Record<string, (value: Odd) => unknown>> = {
  'core: SnapshotPolicy.schemaVersion': (schemaVersion) => snapshot({ schemaVersion }),
  'core: SnapshotPolicy.every': (every) => snapshot({ every }),
  'core: DocumentFilter.generation': (generation) => read.listDocuments({ ...documents, generation })(),
  'core: DocumentQuery.count': (count) => read.listDocuments({ ...documents, count })(),
  'core: WaitForHandlers.timeout': (timeout) => runtime({}).waitFor([], 0, timeout)(),
  'core: ReadLogOptions.after': (after) => read.readLog({ after })(),
  'core: ReadLogOptions.count': (count) => read.readLog({ count })(),
  'core: ReadMatchingOptions.limit': (limit) => read.readMatching({ query: [{}], limit })(),
  'core: ReadStreamOptions.from': (from) => read.readStream(stream, { from })(),
  'core: ReadStreamOptions.count': (count) => read.readStream(stream, { count })(),
  'core: LogSearch.before': (before) => read.searchLog({ before })(),
  'core: LogSearch.count': (count) => read.searchLog({ count })(),
  'core: StreamQuery.count': (count) => read.listStreams({ count })(),
  'core: TimerQuery.generation': (generation) => read.listTimers({ name: 'numbers', generation })(),
  'core: TimerQuery.count': (count) => read.listTimers({ name: 'numbers', count })(),
  'core: SnapshotStore.count': (count) => read.readFromSnapshot(stream, 1, count)(),
  'dispatcher: DispatcherLimits.batchSize': (batchSize) => dispatcher({ limits: { batchSize } }),
  'dispatcher: DispatcherLimits.maxWaiting': (maxWaiting) => dispatcher({ limits: { maxWaiting } }),
  'dispatcher: DispatcherLimits.effectTimeout': (effectTimeout) => dispatcher({ limits: { effectTimeout } }),
  'dispatcher: BaseOptions.cache': (cache) => dispatcher({ cache }),
  'dispatcher: LoadOptions.at': (at) => counted.load(thing, '1', { at })(),
  'dispatcher: HistoryOptions.after': (after) => counted.history(thing, '1', { after })(),
  'dispatcher: HistoryOptions.count': (count) => counted.history(thing, '1', { count })(),
  'application: ApplicationLimits.health': (health) => application({ limits: { health } }),
  'application: BaseApplicationOptions.cache': (cache) => application({ cache }),
  'hono-server: ServerLimits.headersTimeout': (headersTimeout) => server({ limits: { headersTimeout } }),
  'hono-server: ServerLimits.requestTimeout': (requestTimeout) => server({ limits: { requestTimeout } }),
  'hono-server: ServerLimits.idleTimeout': (idleTimeout) => server({ limits: { idleTimeout } }),
  'hono-server: ServerLimits.maxConnections': (maxConnections) => server({ limits: { maxConnections } }),
  'hono-server: ListenOptions.port': (port) => server({ port }),
  'hono-server: ListenOptions.stopTimeout': (stopTimeout) => server({ stopTimeout }),
  'postgres-embedded: ServerOptions.port': (port) =>
    EmbeddedPostgres.start({ directory: join(tmpdir(), 'foldlog-never-started'), port })(),
  'postgres-store: Batching.appends': (appends) => store({ batching: { appends } }),
  'postgres-store: Batching.characters': (characters) => store({ batching: { characters } }),
  'postgres-store: Batching.inFlight': (inFlight) => store({ batching: { inFlight } }),
  'postgres-store: Batching.waiting': (waiting) => store({ batching: { waiting } }),
  'postgres-store: HandlerTransactionsOptions.timeout': (timeout) =>
    makeHandlerTransactions({ sql, timeout }).commitWithin({} as never, () => right)(),
  'postgres-store: printMigrations.from': (from) => printMigrations('foldlog', { from }),
  'postgres-store: PostgresStoreOptions.retryTimeout': (retryTimeout) => store({ retryTimeout }),
  'postgres-store: PostgresStoreOptions.statementTimeout': (statementTimeout) => store({ statementTimeout }),
  'postgres-store: TransactionOptions.timeout': (timeout) => transaction(sql, { timeout })(() => right)(),
  'subscriptions: BatchHandler.timeout': (timeout) => withHandler(batchHandler, { timeout }),
  'subscriptions: HandlerOptions.partitions': (partitions) => withHandler(eventHandler, { partitions }),
  'subscriptions: EventHandler.concurrency': (concurrency) => withHandler(eventHandler, { concurrency }),
  'subscriptions: EventHandler.timeout': (timeout) => withHandler(eventHandler, { timeout }),
  'subscriptions: HandlerRuntime.timeout': (timeout) => runtime({}).waitFor(['numbers'], 1, timeout)(),
  'subscriptions: InlineProjectionsOptions.cache': (cache) => inline({ cache }),
  'subscriptions: InlineProjectionsOptions.pause': (pause) => inline({ pause }),
  'subscriptions: list.generation': (generation) => ParkedEvent.list(read, 'numbers', generation)(),
  'subscriptions: ParkedEventQuery.generation': (generation) => ParkedEvent.page(read, 'numbers', { generation })(),
  'subscriptions: ParkedEventQuery.limit': (limit) => ParkedEvent.page(read, 'numbers', { limit })(),
  'subscriptions: ProcessManager.sendTimeout': (sendTimeout) => withHandler(processManager, { sendTimeout }),
  'subscriptions: WatchOptions.position': async (position) => {
    const after = { position, history: 'a history' as never }
    const watch = Views.watch({ name: 'numbers', view: t.unknown }, makeMemoryStore(), {}, { after })
    const { value } = await watch.next()
    await watch.return()
    return value
  },
  'subscriptions: Projection.version': (version) => withHandler(projection, { version }),
  'http: PageRoute.size': (size) =>
    Route.page({
      name: 'list',
      path: '/',
      item: t.string,
      size,
      list: () => TE.right({ views: [], last: undefined, end: true }),
    }),
  'http: RunServerOptions.port': (port) => serveNode([], { port })(),
  'http: RunServerOptions.stopTimeout': (stopTimeout) => serveNode([], { stopTimeout })(),
  'subscriptions: PullOptions.maxUnacknowledged': (maxUnacknowledged) =>
    follow(pull({ store: read, name: 'pulled', maxUnacknowledged })),
  'subscriptions: PullOptions.pollInterval': (pollInterval) =>
    follow(pull({ store: read, name: 'pulled', pollInterval })),
  'subscriptions: PullOptions.leaseTime': (leaseTime) => follow(pull({ store: read, name: 'pulled', leaseTime })),
  'subscriptions: RecoverOptions.common': (position) =>
    recoverRewound({ store: read, handlers: [], common: position })(),
  'subscriptions: RecoverOptions.reportTimeout': (reportTimeout) =>
    recoverRewound({ store: read, handlers: [], reportTimeout })(),
  'subscriptions: RuntimeLimits.leaseTime': (leaseTime) => runtime({ limits: { leaseTime } }).start(),
  'subscriptions: RuntimeLimits.pollInterval': (pollInterval) => runtime({ limits: { pollInterval } }).start(),
  'subscriptions: RuntimeLimits.idleCommitInterval': (idleCommitInterval) =>
    runtime({ limits: { idleCommitInterval } }).start(),
  'subscriptions: RuntimeLimits.stopTimeout': (stopTimeout) => runtime({ limits: { stopTimeout } }).start(),
  'subscriptions: RuntimeLimits.pageSize': (pageSize) => runtime({ limits: { pageSize } }).start(),
  'subscriptions: RuntimeLimits.batchSize': (batchSize) => runtime({ limits: { batchSize } }).start(),
  'subscriptions: RuntimeLimits.openAppendWarning': (openAppendWarning) =>
    runtime({ limits: { openAppendWarning } }).start(),
  'subscriptions: SubscriptionOptions.pageSize': (pageSize) => follow(subscribe({ store: read, pageSize })),
  'subscriptions: SubscriptionOptions.pollInterval': (pollInterval) => follow(subscribe({ store: read, pollInterval })),
  'subscriptions: ViewQuery.count': (count) => Views.make(projection, read).list({ count })(),
  'testing: CheckBoundaryOptions.maxCommands': (maxCommands) => checkBoundary([], { commands: adds, maxCommands }),
  'testing: CheckBoundaryOptions.numRuns': (numRuns) => checkBoundary([], { commands: adds, numRuns }),
  'testing: CheckBoundaryOptions.seed': (seed) => checkBoundary([], { commands: adds, seed }),
  'testing: CheckCodecOptions.numRuns': (numRuns) => findCodecProblems(Added, { numRuns }),
  'testing: CheckCodecOptions.seed': (seed) => findCodecProblems(Added, { seed }),
  'testing: CheckDeciderOptions.maxCommands': (maxCommands) =>
    findCounterexample(decider, { commands: adds, maxCommands }),
  'testing: CheckDeciderOptions.numRuns': (numRuns) => findCounterexample(decider, { commands: adds, numRuns }),
  'testing: CheckDeciderOptions.seed': (seed) => findCounterexample(decider, { commands: adds, seed }),
  'testing: TestRunner.timeout': (timeout) =>
    describeLaws({ describe: () => {}, it: Object.assign(() => {}, { skip: () => {} }), timeout }, 'laws', [], {}),
  'testing: HandlerStoreLawSetup.patience': (patience) => lawOf(handlerStoreLaws, { ...laws, patience }),
  'testing: SubscriptionLawSetup.leaseTime': (leaseTime) => lawOf(subscriptionLaws, { ...laws, leaseTime }),
  'testing: StoreLawSetup.numRuns': (numRuns) => lawOf(storeLaws, { ...laws, numRuns }),
  'testing: StoreLawSetup.seed': (seed) => lawOf(storeLaws, { ...laws, seed }),
}

/** Numbers of which the above are the doors, and why they are no options themselves. */
const elsewhere: Readonly<Record<string, string>> = {
  'core: read.count': 'SnapshotStore.count',
  'hono-server: ServerParts.port': 'ListenOptions.port',
  'subscriptions: AnyBatchHandler.timeout': 'BatchHandler.timeout',
  'subscriptions: AnyEventHandler.concurrency': 'EventHandler.concurrency',
  'subscriptions: AnyEventHandler.timeout': 'EventHandler.timeout',
  'subscriptions: AnyProcess.sendTimeout': 'ProcessManager.sendTimeout',
  'subscriptions: ProcessManagerByType.sendTimeout': 'ProcessManager.sendTimeout',
  'subscriptions: AnyProjection.version': 'Projection.version',
  // Of one request: an answer must be given, so the default takes the place of an odd limit (a test of http).
  'http: CommandRequestOptions.limit': 'text.limit',
  'http: read.limit': 'text.limit',
  'http: limitOf.limit': 'text.limit',
  'http: text.limit': 'the default',
  'http: CommandRoute.limit': 'text.limit',
  'http: RouteEnvironment.limit': 'text.limit',
  'http: LogEventsOptions.count': 'the default',
  'http: numberOf.given': 'the default',
  'http: milliseconds.given': 'the default',
  'http: LogEventsOptions.pollInterval': 'the default',
  'http: ServerSentEventsOptions.heartbeat': 'the default',
  'http: ServerSentEventsOptions.retry': 'the default',
  // What foldlog itself has read or computed, and parts of an answer.
  'core: WakeSignal.ms': 'the interval of a loop, which its own option bounds',
  'application: ProgramProcess.exitCode': 'a field of the process, which runProgram sets',
  'http: Reply.version': 'an answer',
  'http: queryRouteFor.version': 'an answer',
  'http: ViewWatchOptions.position': 'read from a header',
  'http: Reply.position': 'an answer',
  'http: CommandResult.position': 'an answer',
  'http: CommandRequest.wait': 'read from a header',
  'http: answerWithin.wait': 'read from a header',
  // Constants of the program, whose constructors throw: see `readyCodecs.test.ts` of core.
  'core: IntegerRule.min': 'a constant',
  'core: IntegerRule.max': 'a constant',
  'core: TextRule.maxLength': 'a constant',
}

/** Options without an upper limit of their own. */
const unlimited =
  /every|after|before|LoadOptions|WatchOptions|from|common|reportTimeout|maxWaiting|maxConnections|Batching|concurrency|RuntimeLimits.batchSize|seed/

/** Whether a value of the list is a number that the option can have. */
const accepts = (option: string, name: string): boolean => {
  const isWait = /(WaitForHandlers|HandlerRuntime)\.timeout/.test(option)
  switch (name) {
    case 'undefined':
      // These have no default.
      return !option.includes('SnapshotPolicy')
    case 'zero':
      return (
        isWait ||
        /after|LoadOptions|WatchOptions|from|seed|common|ListenOptions|ServerOptions|(stop|retry|report)Timeout/.test(
          option,
        )
      )
    case '2 ** 48':
      return isWait || (unlimited.test(option) && !option.includes('seed'))
    case 'a negative number':
      return option.includes('seed')
    case 'infinity':
      return isWait
    default:
      return false
  }
}

const outcomeOf = async (call: () => unknown): Promise<string> => {
  try {
    const outcome = await call()
    const tag = typeof outcome === 'object' && outcome !== null ? Reflect.get(outcome, '_tag') : undefined
    return tag === 'Left' ? `refused: ${describeUnknown(outcome)}` : `accepted: ${describeUnknown(outcome)}`
  } catch (cause) {
    return `refused: ${describeUnknown(cause)}`
  }
}

describe('the numbers among the options', () => {
  it('are all in this table', () => {
    expect([...numberOptions()].sort()).toEqual([...Object.keys(doors), ...Object.keys(elsewhere)].sort())
  })

  it.each(Object.keys(doors))('%s refuses by its name what is no such number', async (option) => {
    const field = option.slice(option.lastIndexOf('.') + 1)
    for (const [name, make] of Object.entries({ ...OddValues, zero: () => 0 })) {
      if (accepts(option, name)) continue
      const value = make() as Odd
      UserCode.absorb(value)
      const outcome = await outcomeOf(() => doors[option]?.(value))
      if (!outcome.startsWith('refused') || !outcome.includes(field) || !outcome.includes('must be'))
        throw new Error(`${name}: ${outcome}`)
    }
  })
})
