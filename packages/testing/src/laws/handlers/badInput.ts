import { expectEqual, fail } from '../../internal/expectations.ts'
import { untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { commitOf, heartbeatOf, registerAndLease, viewsOf } from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

const long = 'x'.repeat(10_000)

const badNames = [undefined, null, 7, '', 'a\u0000', 'a\nb', '\uD800', long]
const badGenerations = [undefined, null, 0, -1, 1.5, '1', 2 ** 31]
const badNumbers = [undefined, null, -1, 0.5, Number.NaN, '1', 2 ** 53]
const badKeys = [undefined, null, 7, '', 'a\u0000', '\uDC00', 'x'.repeat(513)]
const badJson = [() => 1, Number.NaN, { a: undefined }, 1n, new Date(0), '\u0000']
const badKinds = [undefined, null, '', 'views', '__proto__']
const identity = { kind: 'Projection', reads: {}, start: 'now' }
const badIdentities = [
  null,
  7,
  {},
  { ...identity, kind: '' },
  { ...identity, start: long },
  { ...identity, reads: { categories: ['a-b'] } },
  { ...identity, reads: { types: [] } },
]
const notLists = [undefined, null, {}, 'ab', 7]

const expectRejectedInput = async (task: () => Promise<unknown>, what: string): Promise<void> => {
  const outcome = Object(await task())
  if (outcome._tag !== 'Left') fail(`${what}: expected an error, got ${JSON.stringify(outcome.right)}`)
  expectEqual(Reflect.get(Object(outcome.left), '_tag'), 'InvalidInput', what)
}

/** Makes each call with every bad value in that place. */
const rejects = async (bad: ReadonlyArray<unknown>, what: string, call: (value: never) => () => Promise<unknown>) => {
  for (const value of bad) await expectRejectedInput(call(untyped(value)), `${what}: ${String(value).slice(0, 40)}`)
}

/** The valid object with a bad part of its handler reference, or a value that is not an object. */
const beside = (whole: object, ref: unknown) =>
  untyped(typeof ref === 'object' && ref !== null ? { ...whole, ...ref } : ref)

const validRegistration = { name: 'handler', generation: 1, partitions: 1, start: 0 }

const rejectsRefs = async (what: string, call: (ref: never) => () => Promise<unknown>) => {
  await rejects([undefined, null, 7, 'a'], what, call)
  await rejects(badNames, `${what}: name`, (name) => call(untyped({ ...validRegistration, name })))
  await rejects(badGenerations, `${what}: generation`, (generation) =>
    call(untyped({ ...validRegistration, generation })),
  )
}

export const badInput = groupOf('bad input', [
  law('register, promote, rollBack and retire refuse bad input', async ({ store }) => {
    for (const what of ['register', 'promote', 'rollBack', 'retire', 'reset'] as const)
      await rejectsRefs(what, (ref) => store[what](ref))
    await rejects([...badNumbers, 0, 1_025], 'partitions', (partitions) =>
      store.register({ ...validRegistration, partitions }),
    )
    await rejects(badNumbers, 'start', (start) => store.register({ ...validRegistration, start }))
    await rejects(badNames, 'remove', (name) => store.remove(name))
    await rejects(badNames, 'rename', (name) => store.rename(name, 'other'))
    await rejects(badNames, 'rename to', (name) => store.rename('handler', name))
    await rejects(badIdentities, 'identity', (identity) => store.register({ ...validRegistration, identity }))
  }),

  law('heartbeats and leases refuse bad input', async ({ store }) => {
    const beat = heartbeatOf(validRegistration, 'member')
    await rejects(notLists, 'heartbeats', (list) => store.heartbeat(list))
    await rejectsRefs('heartbeat', (ref) => store.heartbeat([beside(beat, ref)]))
    await rejects(badNames, 'member', (member) => store.heartbeat([beat, { ...beat, member }]))
    await rejects([...badNumbers, 0], 'leaseTime', (leaseTime) => store.heartbeat([{ ...beat, leaseTime }]))
    await rejects([...badNumbers, 1_025], 'capacity', (capacity) => store.heartbeat([{ ...beat, capacity }]))
    await rejects([undefined, ...badJson], 'report', (report) => store.heartbeat([{ ...beat, report }]))
    const lease = {
      ...validRegistration,
      partition: 0,
      epoch: 1,
      revision: 0,
      position: 0,
      anchor: null,
      released: true,
    }
    await rejects(notLists, 'leases', (list) => store.release(list))
    await rejects([...badNumbers, 1_024], 'partition', (partition) => store.release([{ ...lease, partition }]))
    await rejects(badNumbers, 'epoch', (epoch) => store.release([{ ...lease, epoch }]))
  }),

  law('a commit refuses bad input, and nothing of the call is written', async ({ store }) => {
    const lease = await registerAndLease(store)
    const work = commitOf(lease, [{ kind: 'view', key: 'a', data: 1 }])
    const spoilt = (bad: object) => store.commit([work, untyped({ ...work, partition: 1, ...bad })])
    await rejects(notLists, 'commits', (list) => store.commit(list))
    await expectRejectedInput(store.commit([work, work]), 'one partition twice')
    await rejects([...badNumbers, 1_024], 'partition', (partition) => spoilt({ partition }))
    await rejects([...badNumbers, 0], 'epoch', (epoch) => spoilt({ epoch }))
    await rejects(badNumbers, 'revision', (revision) => spoilt({ revision }))
    await rejects(badNumbers, 'position', (position) => spoilt({ position }))
    await rejects(notLists, 'changes', (changes) => spoilt({ changes }))
    const changed = (change: unknown) => spoilt({ changes: [change] })
    await rejects([undefined, null, 7], 'change', (change) => changed(change))
    await rejects(badKinds, 'kind', (kind) => changed({ kind, key: 'a', data: 1 }))
    await rejects(badKeys, 'key', (key) => changed({ kind: 'view', key, data: 1 }))
    await rejects(badJson, 'data', (data) => changed({ kind: 'view', key: 'a', data }))
    await rejects([null, 7, 'now', new Date(Number.NaN)], 'due', (due) =>
      changed({ kind: 'view', key: 'a', data: 1, due }),
    )
    await expectRejectedInput(
      spoilt({ changes: [1, 2].map((data) => ({ kind: 'view', key: 'a', data })) }),
      'a document twice',
    )
    expectEqual(await viewsOf(store, lease), {}, 'the views')
  }),

  law('reading documents and requesting an action refuse bad input', async ({ store }) => {
    await queries(store)
    await rejects([...notLists, ['a', 7], Array(10_001).fill('a')], 'keys', (keys) => store.getDocuments(view, keys))
    await rejects(badKeys, 'key', (key) => store.getDocuments(view, [key]))
    await rejects(badKinds, 'kind', (kind) => store.getDocuments({ ...view, kind }, []))
    await rejectsRefs('due', (ref) => store.dueDocuments(ref, [], 1))
    await rejects([...notLists, [-1], [0.5]], 'partitions', (partitions) =>
      store.dueDocuments(validRegistration, partitions, 1),
    )
    await rejects([null, 0, 10_001, 0.5], 'count', (count) => store.dueDocuments(validRegistration, [], count))
    await rejectsRefs('requestAction', (ref) => store.requestAction(beside({ ...view, key: 'a' }, ref), 'retry'))
    await rejects(badKeys, 'requestAction: key', (key) =>
      store.requestAction({ ...validRegistration, kind: 'view', key }, 'retry'),
    )
    await rejects(badKinds, 'requestAction: kind', (kind) =>
      store.requestAction({ ...validRegistration, kind, key: 'a' }, 'retry'),
    )
    await rejects([...badNames, 'x'.repeat(65)], 'requestAction', (action) =>
      store.requestAction({ ...validRegistration, kind: 'view', key: 'a' }, action),
    )
    await rejects(notLists, 'names', (names) => store.checkpoints(names))
    await rejects(badNames, 'name', (name) => store.checkpoints(['a', name]))
    await rejects(badNames, 'findParked: name', (name) => store.findParked(name, []))
    await rejects([...notLists, [-1], [0.5], ['1'], Array(10_001).fill(1)], 'positions', (positions) =>
      store.findParked('a', positions),
    )
  }),
])

const view = { name: 'handler', kind: 'view' } as const

const queries = async (store: CompleteHandlerStore): Promise<void> => {
  const list = (more: object) => store.listDocuments(untyped({ ...view, ...more }))
  await rejects([undefined, null, 7], 'query', (query) => store.listDocuments(query))
  await rejects(badNames, 'name', (name) => list({ name }))
  await rejects(badGenerations.slice(1), 'generation', (generation) => list({ generation }))
  await rejects(badKinds, 'kind', (kind) => list({ kind }))
  await rejects([null, {}, 'a', [-1], ['0'], [1_024]], 'partitions', (partitions) => list({ partitions }))
  await rejects([null, 7, [1], { a: {} }, { a: undefined }, { a: Number.NaN }], 'where', (where) => list({ where }))
  await rejects(badKeys.slice(1), 'prefix', (prefix) => list({ prefix }))
  await rejects(badKeys.slice(1), 'after', (after) => list({ after }))
  await rejects([null, 0, 10_001, 0.5, '1'], 'count', (count) => list({ count }))
  await rejects([null, 7, {}, [null], [{}], [{ path: 'a' }]], 'order', (order) => list({ order }))
  const deep = Array.from({ length: 33 }, () => 'a')
  for (const path of [undefined, null, 'a', [], [7], ['a\u0000'], ['\uD800'], [long], deep]) {
    await rejects([[{ path }]], 'path', (order) => list({ order }))
    await rejects([[{ path, from: '00', to: '01' }]], 'path', (ranges) => list({ ranges }))
  }
  await rejects([Array.from({ length: 5 }, () => ({ path: ['a'] }))], 'order', (order) => list({ order }))
  await rejects([null, 1, 'yes'], 'descending', (descending) => list({ descending }))
  await rejects([undefined, null, 1, '', '0', "0'", 'AB', '0g', '00'.repeat(257)], 'sort key', (from) =>
    list({ ranges: [{ path: ['a'], from, to: '01' }] }),
  )
  const order = [{ path: ['a'] }]
  await rejects([undefined, null, [], ['00', '00'], ["'"], [7]], 'afterFields', (afterFields) =>
    list({ order, after: 'a', afterFields }),
  )
  await rejects(
    badKeys.slice(1).filter((key) => key !== 'x'.repeat(513)),
    'from',
    (from) => list({ from }),
  )
  await rejects([...badKeys.slice(1, -1), 'x'.repeat(514)], 'to', (to) => list({ to }))
  await rejects(badNames, 'declareIndexes: name', (name) => store.declareIndexes(name, []))
  for (const indexes of [
    undefined,
    null,
    7,
    'a',
    ['a'],
    [['a']],
    [[]],
    [[[]]],
    [[['a\u0000']]],
    [Array(5).fill(['a'])],
  ])
    await expectRejectedInput(store.declareIndexes('handler', untyped(indexes)), `indexes: ${JSON.stringify(indexes)}`)
  await expectRejectedInput(store.declareIndexes('handler', Array(17).fill([['a']])), '17 indexes')
  const count = (more: object) => store.countDocuments(untyped({ ...view, ...more }))
  await rejects([undefined, null, 7], 'count', (filter) => store.countDocuments(filter))
  await rejects(badNames, 'name', (name) => count({ name }))
  await rejects(badKinds, 'kind', (kind) => count({ kind }))
  await rejects([null, 7, [1], { a: {} }, { a: [1] }, { a: { b: [] } }], 'where', (where) => count({ where }))
}
