import { fail, same } from '../internal/expectation.ts'
import { beatOf, commitOf, heldHandler, untyped, viewsOf } from './given.ts'
import { groupOf, law, type Subject } from './HandlerLaw.ts'

const long = 'x'.repeat(10_000)

const badNames = [undefined, null, 7, '', 'a\u0000', 'a\nb', '\uD800', long]
const badGenerations = [undefined, null, 0, -1, 1.5, '1', 2 ** 31]
const badNumbers = [undefined, null, -1, 0.5, Number.NaN, '1', 2 ** 53]
const badKeys = [undefined, null, 7, '', 'a\u0000', '\uDC00', 'x'.repeat(513)]
const badJson = [() => 1, Number.NaN, { a: undefined }, 1n, new Date(0), '\u0000']
const badKinds = [undefined, null, '', 'views', '__proto__']
const notLists = [undefined, null, {}, 'ab', 7]

const refused = async (task: () => Promise<unknown>, what: string): Promise<void> => {
  const outcome = Object(await task())
  if (outcome._tag !== 'Left') fail(`${what}: expected an error, got ${JSON.stringify(outcome.right)}`)
  same(Reflect.get(Object(outcome.left), '_tag'), 'InvalidInput', what)
}

/** Each call is made with every bad value in that place. */
const refuses = async (bad: ReadonlyArray<unknown>, what: string, call: (value: never) => () => Promise<unknown>) => {
  for (const value of bad) await refused(call(untyped(value)), `${what}: ${String(value).slice(0, 40)}`)
}

/** The whole with the parts of a ref, or what is none. */
const beside = (whole: object, ref: unknown) =>
  untyped(typeof ref === 'object' && ref !== null ? { ...whole, ...ref } : ref)

const good = { name: 'handler', generation: 1, partitions: 1, start: 0 }

const refusesRefs = async (what: string, call: (ref: never) => () => Promise<unknown>) => {
  await refuses([undefined, null, 7, 'a'], what, call)
  await refuses(badNames, `${what}: name`, (name) => call(untyped({ ...good, name })))
  await refuses(badGenerations, `${what}: generation`, (generation) => call(untyped({ ...good, generation })))
}

export const badInput = groupOf('bad input', [
  law('is refused when a handler is registered, promoted, rolled back or retired', async (store) => {
    for (const what of ['register', 'promote', 'rollBack', 'retire'] as const)
      await refusesRefs(what, (ref) => store[what](ref))
    await refuses([...badNumbers, 0, 1_025], 'partitions', (partitions) => store.register({ ...good, partitions }))
    await refuses(badNumbers, 'start', (start) => store.register({ ...good, start }))
  }),

  law('is refused in heartbeats and leases', async (store) => {
    const beat = beatOf(good, 'member')
    await refuses(notLists, 'heartbeats', (list) => store.heartbeat(list))
    await refusesRefs('heartbeat', (ref) => store.heartbeat([beside(beat, ref)]))
    await refuses(badNames, 'member', (member) => store.heartbeat([beat, { ...beat, member }]))
    await refuses([...badNumbers, 0], 'leaseTime', (leaseTime) => store.heartbeat([{ ...beat, leaseTime }]))
    await refuses([...badNumbers, 1_025], 'capacity', (capacity) => store.heartbeat([{ ...beat, capacity }]))
    await refuses([undefined, ...badJson], 'report', (report) => store.heartbeat([{ ...beat, report }]))
    const lease = { ...good, partition: 0, epoch: 1, revision: 0, position: 0, anchor: null }
    await refuses(notLists, 'leases', (list) => store.release(list))
    await refuses([...badNumbers, 1_024], 'partition', (partition) => store.release([{ ...lease, partition }]))
    await refuses(badNumbers, 'epoch', (epoch) => store.release([{ ...lease, epoch }]))
  }),

  law('is refused in commits, and nothing of the call is written', async (store) => {
    const lease = await heldHandler(store)
    const work = commitOf(lease, [{ kind: 'view', key: 'a', data: 1 }])
    const spoilt = (bad: object) => store.commit([work, untyped({ ...work, partition: 1, ...bad })])
    await refuses(notLists, 'commits', (list) => store.commit(list))
    await refused(store.commit([work, work]), 'one partition twice')
    await refuses([...badNumbers, 1_024], 'partition', (partition) => spoilt({ partition }))
    await refuses([...badNumbers, 0], 'epoch', (epoch) => spoilt({ epoch }))
    await refuses(badNumbers, 'revision', (revision) => spoilt({ revision }))
    await refuses(badNumbers, 'position', (position) => spoilt({ position }))
    await refuses(notLists, 'changes', (changes) => spoilt({ changes }))
    const changed = (change: unknown) => spoilt({ changes: [change] })
    await refuses([undefined, null, 7], 'change', (change) => changed(change))
    await refuses(badKinds, 'kind', (kind) => changed({ kind, key: 'a', data: 1 }))
    await refuses(badKeys, 'key', (key) => changed({ kind: 'view', key, data: 1 }))
    await refuses(badJson, 'data', (data) => changed({ kind: 'view', key: 'a', data }))
    await refuses([null, 7, 'now', new Date(Number.NaN)], 'due', (due) =>
      changed({ kind: 'view', key: 'a', data: 1, due }),
    )
    await refused(spoilt({ changes: [1, 2].map((data) => ({ kind: 'view', key: 'a', data })) }), 'a document twice')
    same(await viewsOf(store, lease), {}, 'the views')
  }),

  law('is refused when documents are read or wished for', async (store) => {
    await queries(store)
    await refuses([...notLists, ['a', 7], Array(10_001).fill('a')], 'keys', (keys) => store.getDocuments(view, keys))
    await refuses(badKeys, 'key', (key) => store.getDocuments(view, [key]))
    await refuses(badKinds, 'kind', (kind) => store.getDocuments({ ...view, kind }, []))
    await refusesRefs('due', (ref) => store.dueDocuments(ref, [], 1))
    await refuses([...notLists, [-1], [0.5]], 'partitions', (partitions) => store.dueDocuments(good, partitions, 1))
    await refuses([null, 0, 10_001, 0.5], 'count', (count) => store.dueDocuments(good, [], count))
    await refusesRefs('wish', (ref) => store.wish(beside({ ...view, key: 'a' }, ref), 'retry'))
    await refuses(badKeys, 'wish: key', (key) => store.wish({ ...good, kind: 'view', key }, 'retry'))
    await refuses(badKinds, 'wish: kind', (kind) => store.wish({ ...good, kind, key: 'a' }, 'retry'))
    await refuses([...badNames, 'x'.repeat(65)], 'wish', (wish) =>
      store.wish({ ...good, kind: 'view', key: 'a' }, wish),
    )
    await refuses(notLists, 'names', (names) => store.checkpoints(names))
    await refuses(badNames, 'name', (name) => store.checkpoints(['a', name]))
  }),
])

const view = { name: 'handler', kind: 'view' } as const

const queries = async (store: Subject): Promise<void> => {
  const list = (more: object) => store.listDocuments(untyped({ ...view, ...more }))
  await refuses([undefined, null, 7], 'query', (query) => store.listDocuments(query))
  await refuses(badNames, 'name', (name) => list({ name }))
  await refuses(badGenerations.slice(1), 'generation', (generation) => list({ generation }))
  await refuses(badKinds, 'kind', (kind) => list({ kind }))
  await refuses([null, {}, 'a', [-1], ['0'], [1_024]], 'partitions', (partitions) => list({ partitions }))
  await refuses([null, 7, [1], { a: {} }, { a: undefined }, { a: Number.NaN }], 'where', (where) => list({ where }))
  await refuses(badKeys.slice(1), 'prefix', (prefix) => list({ prefix }))
  await refuses(badKeys.slice(1), 'after', (after) => list({ after }))
  await refuses([null, 0, 10_001, 0.5, '1'], 'count', (count) => list({ count }))
}
