import { UserCode } from '@foldlog/core/store'
import type { makeMemoryStore } from '@foldlog/memory-store'
import {
  BatchHandler,
  EventHandler,
  FailurePolicy,
  ProcessManager,
  Projection,
  type RuntimeOptions,
  TransactionalHandler,
} from '@foldlog/subscriptions'
import { odd } from '@foldlog/test-kit'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { limitRetries } from 'retry-ts'
import { type ThingEvent, tables, things } from './fixtures.ts'

// Handlers with one function that answers odd values.

/** An odd value for a look at it. */
export const oddInput = (name: string): unknown => {
  const value: unknown = odd(name)
  UserCode.absorb(value)
  return value
}

export const limits = { leaseTime: 2_000, pollInterval: 50, idleCommitInterval: 2, stopTimeout: 500 }
export const name = 'odd'
const onFailure = FailurePolicy.make('park', limitRetries(0))
export const common = { name, from: [things] as const, start: 'origin', onFailure } as const

type Handler = RuntimeOptions['handlers'][number]
type Recorded = { readonly event: ThingEvent }

/** Odd things happen to events of streams whose number is odd; the others are handled as they should be. */
export const isOdd = ({ event }: Recorded): boolean => event.type === 'Added' && event.data.n % 2 === 1

type OddCall = (...input: ReadonlyArray<unknown>) => never

/** A handler with one function that answers odd values. */
type Door = (call: OddCall, store: ReturnType<typeof makeMemoryStore>) => Handler

export const doors: Readonly<Record<string, Door>> = {
  'an event handler': (call) =>
    EventHandler.make({ ...common, handle: (one) => (isOdd(one) ? call() : TE.right(undefined)) }),
  'the task of an event handler': (call) =>
    EventHandler.make({ ...common, handle: (one) => (isOdd(one) ? call : TE.right(undefined)) }),
  'the lane of an event handler': (call) =>
    EventHandler.make({ ...common, lane: (one) => (isOdd(one) ? call() : 'lane'), handle: () => TE.right(undefined) }),
  'a batch handler': (call) =>
    BatchHandler.make({ ...common, handle: (all) => (all.some(isOdd) ? call() : TE.right(undefined)) }),
  'the task of a batch handler': (call) =>
    BatchHandler.make({ ...common, handle: (all) => (all.some(isOdd) ? call : TE.right(undefined)) }),
  'a transactional handler': (call, store) =>
    TransactionalHandler.make({
      ...common,
      transactions: tables(store).transactions,
      handle: (_, all) => (all.some(isOdd) ? call() : TE.right(undefined)),
    }),
  'the key of a projection': (call) =>
    Projection.make({ ...common, view: t.number, key: (one) => (isOdd(one) ? call() : 'key'), project: () => 1 }),
  'the view of a projection': (call) =>
    Projection.make({
      ...common,
      view: t.number,
      key: ({ stream }) => stream,
      project: (_, one) => (isOdd(one) ? call() : 1),
    }),
  'the key of a process': (call) => processManager({ key: (one: Recorded) => (isOdd(one) ? call() : 'key') }),
  'the state of a process': (call) =>
    processManager({ evolve: (_: number, { event }: { readonly event: Recorded }) => (isOdd(event) ? call() : 1) }),
  'the reactions of a process': (call) =>
    processManager({ react: (_: number, { event }: { readonly event: Recorded }) => (isOdd(event) ? call() : []) }),
  'the retries of a failure policy': (call) => failing({ retry: call, verdict: () => 'park' }),
  'the verdict of a failure policy': (call) => failing({ retry: limitRetries(0), verdict: call }),
  'a reaction of a process': (call) =>
    processManager({ react: (_: number, { event }: { readonly event: Recorded }) => (isOdd(event) ? [call()] : []) }),
}

/** A handler that fails on odd things, with a policy of its own. */
const failing = (policy: FailurePolicy): Handler =>
  EventHandler.make({
    ...common,
    onFailure: policy,
    handle: (one) => (isOdd(one) ? TE.left('no') : TE.right(undefined)),
  })

export const processManager = (change: object): Handler =>
  ProcessManager.make({
    ...common,
    key: ({ stream }) => stream,
    state: t.number,
    initialState: 0,
    evolve: (n) => n + 1,
    react: () => [],
    ...change,
  })

export const ways: Readonly<Record<string, (value: () => never) => OddCall>> = {
  returned: (value) => value,
  thrown: (value) => () => {
    throw value()
  },
  // An `async` function in place of another one, which fits no type.
  'rejected by an async function': (value) =>
    (async () => {
      throw value()
    }) as never,
}

const isText = (value: unknown): boolean => typeof value === 'string' && value.length < 512 && value !== '\ud800'

export const isRight = (value: unknown): boolean => Reflect.get(Object(value), '_tag') === 'Right'

/** What some doors accept, contrary to its look. */
export const accepted: Readonly<Record<string, (value: unknown) => boolean>> = {
  'the task of an event handler': isRight,
  'the task of a batch handler': isRight,
  'the lane of an event handler': isText,
  'the key of a projection': (value) => isText(value) || Symbol.iterator in Object(value),
  'the key of a process': (value) => value === undefined || isText(value),
  'the view of a projection': (value) => value === undefined || Number.isFinite(value),
  'the state of a process': (value) => Number.isFinite(value),
  'the reactions of a process': (value) => Array.isArray(value) && value.length === 0,
}
