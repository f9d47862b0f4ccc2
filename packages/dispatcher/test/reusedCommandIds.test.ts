import { describeError, type EventStore, type NewEvent, type SnapshotStore } from '@foldlog/core'
import { makeDispatcher, makeDispatcherEither } from '@foldlog/dispatcher'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makePostgresStore, migrate } from '@foldlog/postgres-store'
import { afterAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { either as E } from 'fp-ts'
import postgres from 'postgres'
import { add, type CounterCommand, counter } from './counter.ts'
import { recordCalls } from './RecordingStore.ts'

type Store = EventStore & SnapshotStore

const sql = postgres(process.env['FOLDLOG_TEST_DATABASE_URL'] ?? '', { max: 4, fetch_types: false, onnotice: () => {} })
const schema = `reused_ids_${process.pid}`
const migrated = migrate({ sql, schema })()

afterAll(async () => {
  await migrated
  await sql.unsafe(`drop schema if exists "${schema}" cascade`)
  await sql.end()
})

const stores: ReadonlyArray<readonly [name: string, make: () => Promise<Store>]> = [
  ['memory', async () => makeMemoryStore()],
  [
    'Postgres',
    async () => {
      expect(await migrated).toEqual(E.right(undefined))
      return makePostgresStore({ sql, schema })
    },
  ],
]

const dispatcherOn = (store: Store) => makeDispatcher({ store, aggregates: [counter] })

let streams = 0
/** All stores of a run may have one log. */
const freshId = (): string => `reused${streams++}`

const addTwice = (id: string, times = 2): CounterCommand => ({ type: 'AddTwice', data: { id, by: 1, times } })
const nothing = (id: string): CounterCommand => ({ type: 'Nothing', data: { id } })

/** A store as it was before command types were stored: it drops them. */
const withoutTypes = (store: Store): Store => ({
  ...store,
  append: (append) =>
    store.append({
      ...append,
      events: append.events.map(
        (event): NewEvent => ({ ...event, metadata: { ...event.metadata, commandType: undefined } }),
      ),
    }),
})

describe.each(stores)('a command id that is reused with another command, on %s', (_, make) => {
  it('is an error that names both, in any process, and nothing is written', async () => {
    const store = await make()
    const id = freshId()
    const first = await dispatcherOn(store).dispatch(add(id, 5), { commandId: '1', user: { name: 'Ada' } })()
    expect(first).toMatchObject({ right: { events: [{ metadata: { commandType: 'Add', user: { name: 'Ada' } } }] } })
    const reused = E.left({
      _tag: 'CommandIdReused',
      commandId: '1',
      stream: `counter-${id}`,
      first: 'Add',
      command: 'AddTwice',
    })
    const one = dispatcherOn(store)
    expect(await one.dispatch(addTwice(id), { commandId: '1' })()).toEqual(reused)
    expect(await one.dispatch(addTwice(id, 9), { commandId: '1' })()).toEqual(reused)
    expect(await one.load(counter, id)()).toMatchObject({ right: { version: 1, state: { value: 5 } } })
    expect(await one.dispatch(add(id, 5), { commandId: '1' })()).toEqual(
      E.map((result: object) => ({ ...result, duplicate: true }))(first),
    )
  })

  it('is an error also when the second command stores no event or is refused', async () => {
    const id = freshId()
    const one = dispatcherOn(await make())
    await one.dispatch(addTwice(id), { commandId: '1' })()
    for (const command of [nothing(id), add(id, -99)]) {
      expect(await one.dispatch(command, { commandId: '1' })()).toMatchObject({
        left: { _tag: 'CommandIdReused', first: 'AddTwice', command: command.type },
      })
    }
  })

  it('leaves the neighbours in its batch as they are', async () => {
    const id = freshId()
    const { dispatch, load } = dispatcherOn(await make())
    const results = await Promise.all([
      dispatch(add(id, 1), { commandId: '1' })(),
      dispatch(addTwice(id), { commandId: '1' })(),
      dispatch(addTwice(id), { commandId: '2' })(),
      dispatch(nothing(id), { commandId: '1' })(),
      dispatch(add(id, 1), { commandId: '2' })(),
      dispatch(add(id, 10))(),
    ])
    expect(results).toMatchObject([
      { right: { duplicate: false } },
      { left: { _tag: 'CommandIdReused', first: 'Add', command: 'AddTwice' } },
      { right: { duplicate: false, events: [{}, {}] } },
      { left: { _tag: 'CommandIdReused', first: 'Add', command: 'Nothing' } },
      { left: { _tag: 'CommandIdReused', first: 'AddTwice', command: 'Add' } },
      { right: { duplicate: false } },
    ])
    expect(await load(counter, id)()).toMatchObject({ right: { state: { value: 13 } } })
  })

  it('gets the first result when the log was written before command types were stored', async () => {
    const store = await make()
    const id = freshId()
    await dispatcherOn(withoutTypes(store)).dispatch(add(id, 5), { commandId: '1' })()
    for (const command of [addTwice(id), nothing(id), add(id, 1)]) {
      expect(await dispatcherOn(store).dispatch(command, { commandId: '1' })()).toMatchObject({
        right: { version: 1, duplicate: true },
      })
    }
  })

  it('is no error after a command that stored no event: it left no trace', async () => {
    const id = freshId()
    const one = dispatcherOn(await make())
    await one.dispatch(nothing(id), { commandId: '1' })()
    expect(await one.dispatch(add(id, 1), { commandId: '1' })()).toMatchObject({ right: { duplicate: false } })
  })
})

type Step = readonly [commandId: string, kind: number]

/**
 * Runs commands in two dispatchers, some of them at the same time, and returns what is wrong: a command that got a
 * result that belongs to a command of another type, or an error that names other types than those of the log.
 */
const wrongResults = async (
  store: Store,
  rounds: ReadonlyArray<ReadonlyArray<Step>>,
): Promise<ReadonlyArray<string>> => {
  const id = freshId()
  const dispatchers = [dispatcherOn(store), dispatcherOn(store)]
  const wrong: Array<string> = []
  /** What was done first under each id, as the results say that are no duplicates. */
  const done = new Map<string, string>()
  const results: Array<
    readonly [string, string, E.Either<{ readonly _tag: string }, { readonly duplicate: boolean }>]
  > = []
  for (const round of rounds) {
    const ran = round.map(async ([commandId, kind], i) => {
      const command = [add(id, 1), addTwice(id), nothing(id), add(id, -1000)][kind % 4] ?? nothing(id)
      const result = await (dispatchers[i % 2] ?? dispatcherOn(store)).dispatch(command, { commandId })()
      results.push([commandId, command.type, result])
      if (E.isRight(result) && !result.right.duplicate && result.right.events.length > 0)
        done.set(commandId, command.type)
    })
    await Promise.all(ran)
  }
  for (const [commandId, type, result] of results) {
    const first = done.get(commandId)
    if (E.isLeft(result)) {
      const { left } = result
      if (left._tag === 'BelowZero') continue
      const named = 'first' in left && 'command' in left ? `${left.first} ${left.command}` : left._tag
      if (named !== `${first} ${type}` || first === type) wrong.push(`${type} under ${commandId}: ${named}`)
    } else if (result.right.duplicate && first !== type) {
      wrong.push(`${type} under ${commandId} got the result of ${first}`)
    }
  }
  return wrong
}

const rounds = fc.array(fc.array(fc.tuple(fc.constantFrom('1', '2', '3'), fc.nat(3)), { minLength: 1, maxLength: 5 }), {
  minLength: 1,
  maxLength: 5,
})

describe('no command gets the result of another one', () => {
  it.each(stores)('on %s', async (name, make) => {
    const store = await make()
    await fc.assert(
      fc.asyncProperty(rounds, async (all) => expect(await wrongResults(store, all)).toEqual([])),
      { numRuns: name === 'memory' ? 100 : 20 },
    )
  })

  it('is found out where types are not stored', async () => {
    const store = withoutTypes(makeMemoryStore())
    const found = await fc.check(
      fc.asyncProperty(rounds, async (all) => (await wrongResults(store, all)).length === 0),
      { numRuns: 200 },
    )
    expect(found.failed).toBe(true)
  })
})

describe('the type of a command', () => {
  it('costs no further call: it is stored with the first event of a command whose id the caller chose', async () => {
    const { store, roundTrips } = recordCalls(makeMemoryStore())
    const { dispatch } = dispatcherOn(store)
    const chosen = await dispatch(addTwice('a'), { commandId: '1' })()
    const drawn = await dispatch(add('a', 1))()
    const typesIn = (result: typeof chosen) =>
      E.isRight(result) ? result.right.events.map(({ metadata }) => metadata.commandType) : result
    expect([typesIn(chosen), typesIn(drawn)]).toEqual([['AddTwice', undefined], [undefined]])
    expect(roundTrips()).toEqual(['readStream', 'append', 'append'])
  })

  it('must be a name', () => {
    const wrong = { ...counter, commands: ['Add', '', 'a\n', 'x'.repeat(257), '\ud83d'] as unknown as ['Add'] }
    const made = makeDispatcherEither({ store: makeMemoryStore(), aggregates: [wrong] })
    if (E.isRight(made)) throw new Error('expected problems')
    expect(made.left.problems.map((problem) => /cannot be the type of a command/.test(problem))).toEqual([
      true,
      true,
      true,
      true,
    ])
  })

  it('of both commands is in the sentence', () => {
    expect(
      describeError({ _tag: 'CommandIdReused', commandId: '1', stream: 'counter-a', first: 'Add', command: 'Note' }),
    ).toBe('Note has the id 1, with which Add was done on counter-a: dispatch Note with an id of its own')
  })
})
