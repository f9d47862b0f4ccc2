import * as application from '@foldlog/application'
import * as core from '@foldlog/core'
import * as dispatcher from '@foldlog/dispatcher'
import * as http from '@foldlog/http'
import * as memoryStore from '@foldlog/memory-store'
import * as postgresStore from '@foldlog/postgres-store'
import * as subscriptions from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

// Every public constructor, with what a JavaScript caller, or a cast, gives it by mistake. Each answers with a sentence
// that names the option and says what was expected: it throws where constructors throw, and otherwise the first call
// returns the error. A new constructor that is not in the table fails the last test.

const { Aggregate, Boundary, CommandCodec, EventCodec, JointDecision } = core
const { BatchHandler, EventHandler, InlineProjection, ProcessManager, Projection, TransactionalHandler } = subscriptions

const right = TE.right(undefined)
const store = memoryStore.makeMemoryStore()
const counter = Aggregate.make({
  category: 'counter',
  commands: CommandCodec.make({ Count: t.strict({}) }),
  events: EventCodec.make({ Counted: t.strict({}) }),
  id: () => 'a',
  decider: { initialState: 0, evolve: (n: number) => n + 1, decide: () => E.right([]) },
})
const common = { name: 'numbers', from: [counter], start: 'origin' as const }
const view = { ...common, view: t.number, key: () => 'a', project: () => 1 }
const effect = { ...common, handle: () => right }
const process = { ...common, key: () => 'a', state: t.number, initialState: 0, evolve: () => 0, react: () => [] }
const cases = { ...process, to: [counter], begin: { Counted: () => [] } }
const transactional = { ...effect, transactions: { commitWithin: () => right } }
const environment = {
  dispatch: () => right,
  waitFor: () => right,
  settledPosition: TE.right(0),
  respond: http.Responder.make({}),
}

type Constructor = (options: never) => unknown
type Wrong = readonly [wrong: string, value: unknown]

const promise: Wrong = ['a promise', Promise.resolve(t.string)]
const nothing: Wrong = ['undefined', undefined]
const none: ReadonlyArray<Wrong> = [['null', null], promise, ['a class', class {}], ['a number', 7]]
const wrongRecords: ReadonlyArray<Wrong> = [nothing, ...none, ['a list', []]]
const wrongLists: ReadonlyArray<Wrong> = [nothing, ...none, ['a record', {}]]
const wrongCodecs: ReadonlyArray<Wrong> = [
  ...wrongLists,
  ['a record of codecs', { room: t.string }],
  ['a text', 'string'],
]
const late: Wrong = ['an async function', async () => 1]
const wrongFunctions: ReadonlyArray<Wrong> = [...wrongLists, late]
const wrongOptional = (all: ReadonlyArray<Wrong>) => all.filter((one) => one !== nothing)
const wrongMembers: ReadonlyArray<Wrong> = wrongLists.map(([wrong, value]) => [`a list of ${wrong}`, [value]] as const)

/** The effect of handlers on a runtime is seen at its start. */
const started = (handler: unknown) =>
  subscriptions.makeHandlerRuntime({
    store: memoryStore.makeMemoryStore(),
    handlers: [handler],
    dispatch: () => right,
  } as never).start

type Options = Readonly<Record<string, ReadonlyArray<Wrong>>>

/** The calls of a constructor with options, of which one after the other has wrong values. */
const varied = (name: string, options: object, make: Constructor, wrong: Options): ReadonlyArray<Call> =>
  Object.entries(wrong).flatMap(([option, values]) =>
    values.map(
      ([kind, value]): Call => [
        `${name}: ${option}, ${kind}`,
        option,
        () => make({ ...options, [option]: value } as never),
      ],
    ),
  )

type Call = readonly [title: string, names: string, call: () => unknown]

const handlerCalls = (name: string, make: Constructor, options: object, wrong: Options): ReadonlyArray<Call> => [
  ...varied(name, options, (changed) => started(make(changed)), {
    name: wrongLists,
    from: [...wrongLists, ...wrongMembers],
    onFailure: wrongOptional(wrongLists),
    ...wrong,
  }),
  ...wrongRecords.map(
    ([kind, value]): Call => [`${name}: ${kind} for all options`, '', () => started(make(value as never))],
  ),
]

const effects: Options = { handle: wrongFunctions, lane: wrongOptional(wrongFunctions) }
const views: Options = { view: wrongCodecs, key: wrongFunctions, project: wrongFunctions }
const on: Options = {
  on: [...wrongRecords, ['a record of nothing', { Counted: null }], ['late', { Counted: late[1] }]],
}
const processes: Options = { state: wrongCodecs, key: wrongFunctions, to: wrongOptional(wrongLists) }

const inlineOpened = (projection: unknown) =>
  subscriptions.makeInlineProjections({ store, projections: [projection] } as never).open

/** A record with another member. */
const inside = (aggregate: object, option: string, values: ReadonlyArray<Wrong>): ReadonlyArray<Wrong> =>
  values.map(([kind, value]) => [kind, [{ ...aggregate, [option]: value }]] as const)

const aggregateParts: ReadonlyArray<Call> = [
  ...['category', 'commands', 'id', 'decider', 'events'].flatMap((option) =>
    inside(counter, option, option === 'decider' ? wrongRecords : wrongLists).map(
      ([kind, aggregates]): Call => [
        `makeDispatcher: ${option} of an aggregate, ${kind}`,
        option,
        () => dispatcher.makeDispatcher({ store, aggregates } as never),
      ],
    ),
  ),
  ...['evolve', 'decide'].flatMap((option) =>
    wrongFunctions.map(([kind, value]): Call => {
      const decider = { ...counter.decider, [option]: value }
      const options = { store, aggregates: [{ ...counter, decider }] } as never
      return [`makeDispatcher: ${option} of a decider, ${kind}`, option, () => dispatcher.makeDispatcher(options)]
    }),
  ),
]

const together = {
  aggregates: { counter },
  commands: ['Both'],
  ids: () => ({ counter: 'a' }),
  decide: () => E.right({}),
}

const decisionParts: ReadonlyArray<Call> = [
  ...wrongRecords.map(([kind, value]): Call => {
    const options = { store, aggregates: [counter], decisions: [JointDecision.make(value as never)] }
    return [`JointDecision.make: ${kind}`, '', () => dispatcher.makeDispatcher(options as never)]
  }),
  ...Object.entries({
    aggregates: wrongRecords,
    commands: wrongLists,
    ids: wrongFunctions,
    decide: wrongFunctions,
  }).flatMap(([option, wrong]) =>
    wrong.map(([kind, value]): Call => {
      const options = { store, aggregates: [counter], decisions: [{ ...together, [option]: value }] } as never
      return [`makeDispatcher: ${option} of a decision, ${kind}`, option, () => dispatcher.makeDispatcher(options)]
    }),
  ),
]

/** The first value of a subscription, which ends with an error. */
const firstOf = (make: Constructor) => (options: never) => async () => {
  const { value } = await (make(options) as AsyncIterator<unknown>).next()
  return value
}

const routeOptions: Options = {
  name: wrongLists,
  path: wrongLists,
  parameters: [...wrongOptional(wrongRecords), ['a record of nothing', { id: null }], ['a text', { id: 'string' }]],
  query: [...wrongOptional(wrongRecords), ['a record of functions', { id: () => t.string }]],
  errors: wrongOptional(wrongLists),
}
const routeCalls = (name: string, make: unknown, options: object, wrong: Options): ReadonlyArray<Call> => [
  ...varied(name, { name: 'numbers', path: '/numbers', ...options }, make as Constructor, {
    ...routeOptions,
    ...wrong,
  }),
  ...wrongRecords.map(
    ([kind, value]): Call => [`${name}: ${kind} for all options`, 'route', () => (make as Constructor)(value as never)],
  ),
]

const bounded = { commands: ['Bound'], events: counter.events, reads: () => {}, decide: () => {}, stream: () => {} }

const boundaryParts: ReadonlyArray<Call> = [
  ...wrongRecords.map(([kind, value]): Call => {
    const options = { store, aggregates: [counter], decisions: [Boundary.make(value as never)] }
    return [`Boundary.make: ${kind}`, '', () => dispatcher.makeDispatcher(options as never)]
  }),
  ...Object.entries({
    commands: wrongLists,
    reads: wrongFunctions,
    decide: wrongFunctions,
    stream: wrongFunctions,
  }).flatMap(([option, wrong]) =>
    wrong.map(([kind, value]): Call => {
      const options = { store, aggregates: [counter], decisions: [{ ...bounded, [option]: value }] } as never
      return [`makeDispatcher: ${option} of a boundary, ${kind}`, option, () => dispatcher.makeDispatcher(options)]
    }),
  ),
]

const aggregates = [counter]
const applicationOptions = { store, aggregates }
const lists = [...wrongLists, ...wrongMembers]
const calls: ReadonlyArray<Call> = [
  ...wrongRecords.map(([kind, value]): Call => {
    const options = { store, aggregates: [Aggregate.make(value as never)] }
    return [`Aggregate.make: ${kind}`, '', () => dispatcher.makeDispatcher(options as never)]
  }),
  ...aggregateParts,
  ...decisionParts,
  ...boundaryParts,
  ...varied('EventCodec.make', {}, EventCodec.make as Constructor, { Reserved: wrongCodecs }),
  ...varied('View.make', { events: counter.events, initialState: 0, on: {} }, core.View.make as Constructor, {
    on: wrongRecords,
    tags: wrongOptional(wrongLists),
    streams: wrongOptional(wrongLists),
    categories: wrongOptional(wrongLists),
  }),
  ...wrongOptional(wrongFunctions).map(
    ([kind, value]): Call => [
      `View.make: on.Counted, ${kind}`,
      'Counted of on',
      () => core.View.make({ events: counter.events, initialState: 0, on: { Counted: value as never } }),
    ],
  ),
  ...varied(
    'UniqueValue.make',
    { tag: 'name', on: {} },
    (rule) => core.UniqueValue.make({ Counted: t.strict({}) }, rule),
    {
      tag: wrongLists.filter(([kind]) => kind !== 'a list'),
      hash: wrongOptional(wrongFunctions),
      normalize: wrongOptional(wrongFunctions),
      on: wrongRecords,
    },
  ),
  ...varied('CommandCodec.make', {}, CommandCodec.make as Constructor, { Reserve: wrongCodecs }),
  ...varied('KeyedHash.make', { key: 'sixteen characters' }, core.KeyedHash.make as Constructor, {
    key: [...wrongLists, ['a short text', 'short']],
    former: [...wrongOptional(wrongLists), ...wrongMembers],
  }),
  ...wrongRecords.map(
    ([kind, value]): Call => [`EventCodec.make: ${kind}`, 'events', () => EventCodec.make(value as never)],
  ),
  ...wrongRecords.map(
    ([kind, value]): Call => [`CommandCodec.make: ${kind}`, 'commands', () => CommandCodec.make(value as never)],
  ),
  ...wrongOptional(lists).map(
    ([kind, value]): Call => [
      `EventCodec.make, retired versions: ${kind}`,
      'retired',
      () => EventCodec.make({}, { retired: value } as never),
    ],
  ),
  ...wrongOptional(wrongRecords).map(
    ([kind, value]): Call => [
      `EventCodec.make, options: ${kind}`,
      'options',
      () => EventCodec.make({}, value as never),
    ],
  ),
  ...[
    ...wrongOptional(wrongRecords),
    ...wrongOptional(wrongFunctions).map(([kind, value]) => [kind, { Reserved: value }] as const),
  ].map(
    ([kind, value]): Call => [
      `EventCodec.make, tags: ${kind}`,
      'tags',
      () => EventCodec.make({ Reserved: t.strict({}) }, { tags: value } as never),
    ],
  ),
  ...varied('makeDispatcher', applicationOptions, dispatcher.makeDispatcher as Constructor, {
    store: wrongLists,
    aggregates: lists,
    waitFor: wrongOptional(wrongFunctions),
  }),
  ...wrongRecords.map(([kind, value]): Call => {
    return [`makeDispatcher: ${kind}`, 'options', () => dispatcher.makeDispatcher(value as never)]
  }),
  ...varied('makeApplication', applicationOptions, application.makeApplication as Constructor, {
    store: wrongLists,
    aggregates: lists,
    handlers: wrongOptional(lists),
    inlineProjections: wrongOptional(lists),
  }),
  ...wrongRecords.map(([kind, value]): Call => {
    return [`makeApplication: ${kind}`, 'store', () => application.makeApplication(value as never)]
  }),
  ...varied(
    'makeHandlerRuntime',
    { store, handlers: [] },
    (options) => subscriptions.makeHandlerRuntime(options).start,
    { store: wrongLists, handlers: lists, dispatch: wrongOptional(wrongFunctions) },
  ),
  ...varied(
    'makeInlineProjections',
    { store, projections: [] },
    (options) => subscriptions.makeInlineProjections(options).open,
    { store: wrongLists, projections: [...lists, ['a projection that is not inline', [Projection.make(view)]]] },
  ),
  ...handlerCalls('EventHandler.make', EventHandler.make as Constructor, effect, effects),
  ...handlerCalls('BatchHandler.make', BatchHandler.make as Constructor, effect, effects),
  ...handlerCalls('TransactionalHandler.make', TransactionalHandler.make as Constructor, transactional, {
    ...effects,
    transactions: wrongLists,
  }),
  ...handlerCalls('Projection.make', Projection.make as Constructor, view, views),
  ...handlerCalls('ProcessManager.make', ProcessManager.make as Constructor, process, {
    ...processes,
    evolve: wrongFunctions,
    react: wrongFunctions,
  }),
  ...handlerCalls('EventHandler.byType', EventHandler.byType as Constructor, { ...common, on: {} }, on),
  ...handlerCalls(
    'TransactionalHandler.byType',
    TransactionalHandler.byType as Constructor,
    { ...transactional, on: {} },
    on,
  ),
  ...handlerCalls('Projection.byType', Projection.byType as Constructor, { ...view, on: {} }, on),
  ...handlerCalls('ProcessManager.byType', ProcessManager.byType as Constructor, cases, {
    ...processes,
    begin: on['on'] ?? [],
  }),
  ...varied('InlineProjection.make', view, (changed) => inlineOpened(InlineProjection.make(changed)), views),
  ...varied(
    'InlineProjection.byType',
    { ...view, on: {} },
    (changed) => inlineOpened(InlineProjection.byType(changed)),
    on,
  ),
  ...varied('Views.make', { name: 'numbers', view: t.number }, (one) => subscriptions.Views.make(one, store).get('a'), {
    name: wrongLists,
    view: wrongCodecs,
  }),
  ...wrongLists.map(([kind, value]): Call => {
    const numbers = { name: 'numbers', view: t.number }
    return [`Views.make: store, ${kind}`, 'store', () => subscriptions.Views.make(numbers, value as never).list()]
  }),
  ...varied('Routes.make', environment, (changed) => http.Routes.make(changed, []), {
    dispatch: wrongFunctions,
    waitFor: wrongFunctions,
    settledPosition: wrongLists.filter(([kind]) => kind !== 'a class'),
    respond: wrongFunctions,
    authenticate: wrongOptional(wrongFunctions),
  }),
  ...lists.map(([kind, value]): Call => {
    return [`Routes.make: routes, ${kind}`, 'routes', () => http.Routes.make(environment as never, value as never)]
  }),
  ...varied('subscribe', { store }, firstOf(subscriptions.subscribe as Constructor), {
    store: wrongLists,
    filter: wrongOptional([...wrongRecords, ['a text', 'counter']]),
  }),
  ...varied('pull', { store, name: 'numbers' }, firstOf(subscriptions.pull as Constructor), {
    store: wrongLists,
    name: wrongLists,
    filter: wrongOptional([...wrongRecords, ['a text', 'counter']]),
  }),
  ...wrongRecords.flatMap(
    ([kind, value]): ReadonlyArray<Call> => [
      [
        `subscribe: ${kind} for all options`,
        'options',
        () => firstOf(subscriptions.subscribe as Constructor)(value as never),
      ],
      [`pull: ${kind} for all options`, 'options', () => firstOf(subscriptions.pull as Constructor)(value as never)],
    ],
  ),
  ...varied('recoverRewound', { store, handlers: [] }, subscriptions.recoverRewound as Constructor, {
    store: wrongLists,
    handlers: lists,
  }),
  ...wrongRecords.map(
    ([kind, value]): Call => [
      `recoverRewound: ${kind} for all options`,
      'options',
      () => subscriptions.recoverRewound(value as never),
    ],
  ),
  ...routeCalls(
    'Route.command',
    http.Route.command,
    { to: () => ({ type: 'Count', data: {} }) },
    {
      to: wrongFunctions,
      body: wrongOptional(wrongCodecs),
      answer: wrongOptional(wrongCodecs),
      id: wrongOptional(wrongFunctions),
      reply: wrongOptional(wrongFunctions),
      handlers: wrongOptional(wrongLists),
    },
  ),
  ...routeCalls(
    'Route.send',
    http.Route.send,
    { commands: counter.commandCodec, type: 'Count' },
    {
      name: wrongOptional(wrongLists),
      commands: wrongCodecs,
      type: wrongLists,
    },
  ),
  ...routeCalls(
    'Route.query',
    http.Route.query,
    { answer: t.number, handle: () => right },
    {
      answer: wrongCodecs,
      handle: wrongFunctions,
    },
  ),
  ...routeCalls(
    'Route.page',
    http.Route.page,
    { item: t.number, list: () => right },
    { item: wrongCodecs, list: wrongFunctions, handlers: wrongOptional(wrongLists) },
  ),
  ...routeCalls(
    'Route.find',
    http.Route.find,
    { answer: t.number, find: () => right },
    { answer: wrongCodecs, find: wrongFunctions, handlers: wrongOptional(wrongLists) },
  ),
  ...routeCalls('Route.events', http.Route.events, { events: () => right }, { events: wrongFunctions }),
  ...varied('makePostgresStore', {}, postgresStore.makePostgresStore as Constructor, { sql: wrongLists }),
]

/** What a call answers: the message of what it throws, or the text of the left that its result, or its task, has. */
const answerOf = async (call: () => unknown): Promise<string> => {
  try {
    const made = call()
    const outcome: unknown = typeof made === 'function' ? await made() : made
    const { _tag, left } = Object(outcome)
    return _tag === 'Left' ? core.describeError(left) : 'nothing was wrong'
  } catch (cause) {
    return core.describeUnknown(cause)
  }
}

/** What JavaScript says when it reads something that is not there. */
const ofJavaScript = /Cannot (read|destructure|convert|use)|is not (iterable|a function|defined)|undefined \(/

describe('a wrong option', () => {
  it.each(calls)('is answered with a sentence that names it: %s', async (_, option, call) => {
    const answer = await answerOf(call)
    expect(answer).not.toMatch(ofJavaScript)
    expect(answer).toMatch(/ (must|has no io-ts codec|has no problem)/)
    expect(answer).toContain(option)
  })

  /** Constructors whose arguments are values and no options: their answer is an error of that value. */
  const ofValues = ['StreamName.make', 'RuntimeStatus.make', 'FailurePolicy.make', 'Responder.make', 'AnswerCheck.make']

  /** A client or a store is the only part of their options that can be wrong in kind; the rest are numbers. */
  const ofStores = ['LogEvents.make', 'OpenApi.make', 'makeMemoryStore', 'makeHandlerTransactions']

  it('is in this table for every public constructor', () => {
    const packages = [application, core, dispatcher, http, memoryStore, postgresStore, subscriptions]
    const constructors = packages.flatMap((exported) =>
      Object.entries(exported).flatMap(([name, value]) => {
        if (typeof value === 'function') return /^(make[A-Z]|subscribe$|pull$|recoverRewound$)/.test(name) ? [name] : []
        return (name === 'Route' ? ['command', 'send', 'query', 'events'] : ['make', 'byType'])
          .filter((one) => typeof Object(value)[one] === 'function')
          .map((one) => `${name}.${one}`)
      }),
    )
    const inTable = new Set(calls.map(([title]) => title.replace(/[:,].*/, '')))
    const known = new Set([...inTable, ...ofValues, ...ofStores])
    const missing = constructors.filter((name) => !known.has(name.replace(/Either$/, '')))
    expect(missing).toEqual([])
  })
})
