import { CommandCodec, type CommandOf } from '@foldlog/core'
import { type MemoryStore, makeMemoryStore } from '@foldlog/memory-store'
import {
  type AnyHandler,
  FailurePolicy,
  makeHandlerRuntime,
  ParkedEvent,
  ProcessManager,
  Reaction,
  RuntimeStatus,
  type SendCommand,
} from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { limitRetries } from 'retry-ts'
import { added, append, right, startRuntime, things, until } from './fixtures.ts'

const DateFromString = new t.Type<Date, string, unknown>(
  'DateFromString',
  (value): value is Date => value instanceof Date,
  (value, context) => {
    const date = new Date(String(value))
    return Number.isNaN(date.getTime()) ? t.failure(value, context) : t.success(date)
  },
  (date) => date.toISOString(),
)

const StayCommand = CommandCodec.make({
  PayBefore: t.strict({ stay: t.string, until: DateFromString }),
  Cancel: t.strict({ stay: t.string }),
})
type StayCommand = CommandOf<typeof StayCommand>

const limits = { leaseTime: 300, idleCommitInterval: 5, pollInterval: 50 }
const at = new Date(86_400_000)
const payBefore = (stay: string): StayCommand => ({ type: 'PayBefore', data: { stay, until: at } })

/** Sends a command for each event, and cancels a stay whose command is rejected. */
const stays = (to: ReadonlyArray<typeof StayCommand>, seen: Array<unknown> = [], failures = { left: 0 }) =>
  ProcessManager.make({
    name: 'stays',
    from: [things],
    start: 'origin',
    to,
    onFailure: FailurePolicy.make('park', limitRetries(0)),
    key: ({ stream }) => stream,
    state: t.number,
    initialState: 0,
    evolve: (n) => n + 1,
    react: (_, input) => {
      if (input._tag === 'EventHappened') return [Reaction.send(payBefore(input.event.stream))]
      if (input._tag !== 'CommandRejected') return []
      seen.push(input.command)
      if (failures.left-- > 0) throw new Error('not now')
      return input.command.type === 'PayBefore' ? [Reaction.send({ type: 'Cancel', data: { stay: 'a' } })] : []
    },
  })

const running = async (store: MemoryStore, handler: AnyHandler, dispatch: SendCommand) => {
  const runtime = makeHandlerRuntime({ store, handlers: [handler], dispatch, limits })
  await startRuntime(runtime)
  return runtime
}

const commandsIn = async (store: MemoryStore) =>
  right(await store.listDocuments({ name: 'stays', kind: 'command' })()).documents.map(
    ({ data }) => Reflect.get(Object(data), 'command') as unknown,
  )

const parkedIn = async (store: MemoryStore) => right(await ParkedEvent.list(store, 'stays')())

const no = TE.left({ _tag: 'No' })
const unreachable = TE.left({ _tag: 'StoreUnavailable' })

describe('a command of a process manager whose target has a codec', () => {
  it('is stored as JSON, dispatched as it was sent, and comes back as it was sent when it is rejected', async () => {
    const store = makeMemoryStore()
    const [seen, sent]: [Array<unknown>, Array<unknown>] = [[], []]
    await append(store, 1, added(1))
    let isAway = true
    const runtime = await running(store, stays([StayCommand], seen), (command) => {
      sent.push(command)
      return isAway ? unreachable : no
    })
    await until(() => sent.length > 0)
    expect(await commandsIn(store)).toEqual([
      { type: 'PayBefore', data: { stay: 'thing-1', until: '1970-01-02T00:00:00.000Z' } },
    ])
    isAway = false
    await until(() => seen.length === 2)
    await runtime.stop()
    expect(sent[0]).toEqual(payBefore('thing-1'))
    expect(seen).toEqual([payBefore('thing-1'), { type: 'Cancel', data: { stay: 'a' } }])
  })

  it('is sent by the next owner of the partition as it was sent', async () => {
    const store = makeMemoryStore()
    await append(store, 1, added(1))
    const first = await running(store, stays([StayCommand]), () => unreachable)
    await until(async () => (await commandsIn(store)).length === 1)
    await first.stop()
    const sent: Array<unknown> = []
    const second = await running(store, stays([StayCommand]), (command) => TE.fromIO(() => void sent.push(command)))
    await until(() => sent.length > 0)
    await second.stop()
    expect(sent).toEqual([payBefore('thing-1')])
  })

  it('comes back when its id was used for another command, and is not sent again', async () => {
    const store = makeMemoryStore()
    const sent: Array<unknown> = []
    await append(store, 1, added(1))
    const runtime = await running(store, stays([StayCommand]), (command, { commandId }) => {
      sent.push(command)
      const { type } = command
      return type === 'PayBefore'
        ? TE.left({ _tag: 'CommandIdReused', commandId, stream: 'stay-a', first: 'Book', command: type })
        : TE.right(undefined)
    })
    await until(() => sent.length === 2)
    await runtime.stop()
    expect(sent).toEqual([payBefore('thing-1'), { type: 'Cancel', data: { stay: 'a' } }])
  })

  it('comes back as it was sent when its rejection was parked', async () => {
    const store = makeMemoryStore()
    const seen: Array<unknown> = []
    await append(store, 1, added(1))
    const runtime = await running(store, stays([StayCommand], seen, { left: 1 }), ({ type }) =>
      type === 'PayBefore' ? no : TE.right(undefined),
    )
    await until(async () => (await parkedIn(store)).length === 1)
    const [parked] = await parkedIn(store)
    if (parked === undefined) throw new Error('nothing is parked')
    right(await ParkedEvent.retry(store, parked)())
    await until(() => seen.length === 2)
    await runtime.stop()
    expect(seen).toEqual([payBefore('thing-1'), payBefore('thing-1')])
  })

  it('waits when the code cannot read it any more, is reported, and is sent by code that can', async () => {
    const store = makeMemoryStore()
    await append(store, 1, added(1))
    const first = await running(store, stays([StayCommand]), () => unreachable)
    await until(async () => (await commandsIn(store)).length === 1)
    await first.stop()
    const Narrower = CommandCodec.make({ PayBefore: t.strict({ stay: t.string, until: t.number }) })
    const dispatched: Array<unknown> = []
    const dispatch: SendCommand = (command) => TE.fromIO(() => void dispatched.push(command))
    const second = await running(store, stays([Narrower] as never), dispatch)
    let why: string | null = null
    await until(async () => {
      const [handler] = right(await RuntimeStatus.read(store)()).handlers
      why = handler?.waitingCommands[0]?.why ?? null
      return why !== null
    })
    expect(why).toBe(
      'the command PayBefore cannot be decoded: data.until: expected number, got "1970-01-02T00:00:00.000Z"',
    )
    await second.stop()
    expect(dispatched).toEqual([])
    const third = await running(store, stays([StayCommand]), dispatch)
    await until(() => dispatched.length > 0)
    await third.stop()
    expect(dispatched).toEqual([payBefore('thing-1')])
  })

  it('is sent when an earlier version of the code had no codec for it', async () => {
    const store = makeMemoryStore()
    await append(store, 1, added(1))
    const plain = ProcessManager.make({
      name: 'stays',
      from: [things],
      start: 'origin',
      key: ({ stream }) => stream,
      state: t.number,
      initialState: 0,
      evolve: (n) => n + 1,
      react: () => [Reaction.send({ type: 'PayBefore', data: { stay: 'thing-1', until: at.toISOString() } })],
    })
    const first = await running(store, plain, () => unreachable)
    await until(async () => (await commandsIn(store)).length === 1)
    await first.stop()
    const sent: Array<unknown> = []
    const second = await running(store, stays([StayCommand]), (command) => TE.fromIO(() => void sent.push(command)))
    await until(() => sent.length > 0)
    await second.stop()
    expect(sent).toEqual([payBefore('thing-1')])
  })

  it('is a failure of the handler when it would not come back the same, with its field', async () => {
    const store = makeMemoryStore()
    await append(store, 1, added(1))
    const Seconds = CommandCodec.make({ PayBefore: t.strict({ stay: t.string }) })
    const runtime = await running(store, stays([Seconds] as never), () => TE.right(undefined))
    await until(async () => (await parkedIn(store)).length === 1)
    await runtime.stop()
    expect((await parkedIn(store))[0]?.why).toMatch(
      /^its result cannot be stored: the command of "thing-1": PayBefore.data.until: decoding it does not give the same value: it is .+, and decoding gives absent; if its codec does not have this field, /,
    )
  })
})

describe('a command of a process manager whose target has no codec', () => {
  it('is a failure of the handler when it is no JSON, with its field', async () => {
    const store = makeMemoryStore()
    await append(store, 1, added(1))
    const runtime = await running(store, stays([]), () => TE.right(undefined))
    await until(async () => (await parkedIn(store)).length === 1)
    await runtime.stop()
    expect((await parkedIn(store))[0]?.why).toBe(
      'its result cannot be stored: the command of "thing-1": PayBefore.data.until: only plain objects have a JSON form; encode it with its codec; a target with a command codec sends any command',
    )
  })
})
