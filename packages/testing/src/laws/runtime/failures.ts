import { EventCodec } from '@foldlog/core'
import { option as O, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { expectEqual, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import {
  checkpointOf,
  expectAll,
  readProjection,
  recordingHandler,
  versionsProjection,
  withoutRetry,
} from './fixtures.ts'
import { added, broken, type RuntimeLawContext } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'
import type { ParkedUnderLaw } from './SubscriptionsModule.ts'

const parkedOf = ({ subscriptions, store }: RuntimeLawContext, name: string): Promise<ReadonlyArray<ParkedUnderLaw>> =>
  right(subscriptions.ParkedEvent.list(store, name), 'the parked events')

/** Returns the first parked event, which must exist. */
const settledPositionOf = async (context: RuntimeLawContext, name: string): Promise<ParkedUnderLaw> =>
  (await parkedOf(context, name))[0] ?? fail('nothing is parked')

const nothingParked = (context: RuntimeLawContext, name: string): Promise<void> =>
  context.until('nothing is parked any more', async () => (await parkedOf(context, name)).length === 0)

const revokedProxy = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** Values that throw when they are read. */
const unprintableError: ReadonlyArray<() => unknown> = [
  () => Object.assign(Object.create(null), { amount: 1n }),
  revokedProxy,
  () =>
    Object.defineProperty({}, 'message', {
      enumerable: true,
      get: () => {
        throw revokedProxy()
      },
    }),
]

/** A handler that refuses broken events until it is repaired. */
const rejectingHandler = (context: RuntimeLawContext, verdict: 'park' | 'skip' | 'stop') => {
  let mended = false
  const noted = recordingHandler(context, ({ event }) =>
    event.type === 'Broken' && !mended ? TE.left('no') : TE.right(undefined),
  )
  return {
    ...noted,
    handler: { ...noted.handler, onFailure: withoutRetry(verdict) },
    mend: () => {
      mended = true
    },
  }
}

const placesOf = (
  context: RuntimeLawContext,
  seen: ReadonlyArray<{ readonly stream: string; readonly version: number }>,
): ReadonlyArray<string> => seen.map(({ stream, version }) => `${stream.slice(context.category.length + 1)}@${version}`)

export const failures = groupOf('failures', [
  law('a failed event is parked with the later ones of its stream, in order; other streams go on', async (context) => {
    const { seen, handler, name, mend } = rejectingHandler(context, 'park')
    const runtime = await context.startRuntime([handler])
    await context.append('a', added(), broken, added())
    await context.append('b', added())
    await context.waitUntilHandled(runtime, [name], await context.append('a', added()))
    expectEqual(placesOf(context, seen).toSorted(), ['a@1', 'b@1'], 'what was handled')
    expectEqual(
      (await parkedOf(context, name)).map(({ version, behind }) => [version, behind]),
      [
        [2, false],
        [3, true],
        [4, true],
      ],
      'what is parked, and whether only behind another',
    )
    mend()
    expectEqual(
      await right(context.subscriptions.ParkedEvent.retry(context.store, await settledPositionOf(context, name))),
      true,
      'the retry',
    )
    await nothingParked(context, name)
    // The stream is no longer blocked.
    await context.waitUntilHandled(runtime, [name], await context.append('a', added()))
    expectAll(context, seen)
  }),

  law('a parked event outlives the process, and another process retries it', async (context) => {
    const { seen, handler, name, mend } = rejectingHandler(context, 'park')
    const first = await context.startRuntime([handler])
    await context.waitUntilHandled(first, [name], await context.append('a', broken, added()))
    await first.stop()
    await context.append('a', added())
    expectEqual(
      await right(context.subscriptions.ParkedEvent.retry(context.store, await settledPositionOf(context, name))),
      true,
      'the retry',
    )
    mend()
    const second = await context.startRuntime([handler], { store: context.other })
    await nothingParked(context, name)
    await context.waitUntilHandled(second, [name], await context.append('a', added()))
    expectAll(context, seen)
  }),

  law('a parked event that fails again stays parked, with all behind it', async (context) => {
    const { seen, handler, name } = rejectingHandler(context, 'park')
    const runtime = await context.startRuntime([handler])
    await context.waitUntilHandled(runtime, [name], await context.append('a', broken, added(), added()))
    await right(context.subscriptions.ParkedEvent.retry(context.store, await settledPositionOf(context, name)))
    await context.until('the requested action is gone', async () => {
      const { documents } = await right(context.store.listDocuments({ name, kind: 'parked' }))
      return documents.every(({ requestedAction: action }) => action === null)
    })
    await context.waitUntilHandled(runtime, [name], await context.append('a', added()))
    expectEqual(placesOf(context, seen), [], 'what was handled')
    expectEqual(
      (await parkedOf(context, name)).map(({ version }) => version),
      [1, 2, 3, 4],
      'what is parked',
    )
  }),

  law('a discarded event lets the events behind it go on', async (context) => {
    const { seen, handler, name } = rejectingHandler(context, 'park')
    const runtime = await context.startRuntime([handler])
    await context.waitUntilHandled(runtime, [name], await context.append('a', added(), broken, added(), added()))
    await right(context.subscriptions.ParkedEvent.discard(context.store, await settledPositionOf(context, name)))
    await nothingParked(context, name)
    await context.waitUntilHandled(runtime, [name], await context.append('a', added()))
    expectEqual(placesOf(context, seen), ['a@1', 'a@3', 'a@4', 'a@5'], 'what was handled')
  }),

  law('a skipped event counts as handled', async (context) => {
    const { seen, handler, name } = rejectingHandler(context, 'skip')
    const runtime = await context.startRuntime([handler])
    const last = await context.append('a', added(), broken, added())
    await context.waitUntilHandled(runtime, [name], last)
    expectEqual(placesOf(context, seen), ['a@1', 'a@3'], 'what was handled')
    expectEqual(await parkedOf(context, name), [], 'what is parked')
    await runtime.stop()
    expectEqual(await checkpointOf(context, name), last, 'the checkpoint')
  }),

  law('a stopped handler is reported; no process handles its later events until it is resumed', async (context) => {
    const { seen, handler, name, mend } = rejectingHandler(context, 'stop')
    const last = await context.append('a', added(), added())
    await context.append('a', broken, added())
    const first = await context.startRuntime([handler])
    const statusOf = async (runtime: typeof first) =>
      (await right(runtime.status, 'the status')).handlers.find((one) => one.name === name)
    await context.until('the status says that it has stopped', async () => (await statusOf(first))?.state === 'stopped')
    expectEqual((await statusOf(first))?.reasons.length, 1, 'how many reasons there are')
    await first.stop()
    const process = context.process()
    const second = await context.startRuntime([handler], { store: process.store })
    const asked = process.requestCount()
    await context.until('another process has looked around', () => process.requestCount() > asked + 3)
    expectEqual((await statusOf(second))?.state, 'stopped', 'the state, as another process reports it')
    expectEqual(placesOf(context, seen), ['a@1', 'a@2'], 'what was handled')
    expectEqual(await checkpointOf(context, name), last, 'the checkpoint')
    mend()
    expectEqual(await right(context.subscriptions.HandlerStop.resume(context.store, name)), true, 'that it goes on')
    await context.waitUntilHandled(second, [name], await context.append('a', added()))
    expectAll(context, seen)
  }),

  law(
    'a failure is retried as often as the policy says, and the handler knows the number of the attempt',
    async (context) => {
      const tries: Array<number> = []
      const { handler, name } = recordingHandler(context, (_, { attempt }) => {
        tries.push(attempt)
        return tries.length < 4 ? TE.left('no') : TE.right(undefined)
      })
      let left = 3
      const retry = () => (left-- > 0 ? O.some(1) : O.none)
      const runtime = await context.startRuntime([{ ...handler, onFailure: { retry, verdict: () => 'park' as const } }])
      await context.waitUntilHandled(runtime, [name], await context.append('a', added()))
      expectEqual(tries, [1, 2, 3, 4], 'the tries')
      expectEqual(await parkedOf(context, name), [], 'what is parked')
    },
  ),

  law('an error, a throw, a rejected promise and a timeout are failures', async (context) => {
    const never = () => new Promise<never>(() => {})
    const answers: ReadonlyArray<() => TE.TaskEither<unknown, unknown>> = [
      () => TE.left('no'),
      () => {
        throw new Error('at once')
      },
      () => () => Promise.reject(new Error('later')),
      () => never,
    ]
    const { handler, name } = recordingHandler(context, ({ event }) =>
      event.type === 'Added' ? (answers[event.data.n]?.() ?? TE.right(undefined)) : TE.right(undefined),
    )
    let last = 0
    for (const i of [...answers.keys(), answers.length]) last = await context.append(i, added(i))
    const runtime = await context.startRuntime([{ ...handler, timeout: 50, onFailure: withoutRetry('park') }])
    await context.waitUntilHandled(runtime, [name], last)
    const streams = (await parkedOf(context, name)).map(({ stream }) => stream)
    expectEqual(streams.toSorted(), [...answers.keys()].map(context.streamOf), 'what is parked')
  }),

  law('an error that has no text parks the event like others, after all attempts', async (context) => {
    const answers: ReadonlyArray<(value: unknown) => TE.TaskEither<unknown, unknown>> = [
      (value) => TE.left(value),
      (value) => {
        throw value
      },
      (value) => () => Promise.reject(value),
    ]
    const { seen, handler, name } = recordingHandler(context, ({ event, version }) =>
      version === 2 && event.type === 'Added'
        ? (answers[Math.floor(event.data.n / unprintableError.length)]?.(
            unprintableError[event.data.n % unprintableError.length]?.(),
          ) ?? TE.left('no'))
        : TE.right(undefined),
    )
    const ids = Array.from({ length: answers.length * unprintableError.length }, (_, i) => i)
    let last = 0
    for (const id of ids) last = await context.append(id, added(id), added(id), added(id))
    // The events are retried, so that their lanes are blocked while others continue.
    const tries = { retry: ({ iterNumber }: { readonly iterNumber: number }) => (iterNumber < 2 ? O.some(1) : O.none) }
    const runtime = await context.startRuntime([{ ...handler, onFailure: { ...withoutRetry('park'), ...tries } }])
    await context.waitUntilHandled(runtime, [name], last)
    expectEqual(
      (await parkedOf(context, name)).map(({ stream, version }) => `${stream}@${version}`).toSorted(),
      ids.flatMap((id) => [2, 3].map((version) => `${context.streamOf(id)}@${version}`)).toSorted(),
      'what is parked',
    )
    expectEqual(
      seen.map(({ version }) => version),
      ids.map(() => 1),
      'what was handled',
    )
  }),

  law('a view that its own codec would not read again is a failure of the event that made it', async (context) => {
    const few = t.refinement(t.number, (n) => n < 3, 'Few')
    const projection = {
      ...versionsProjection(context),
      view: few,
      project: (n: number | undefined) => (n ?? 0) + 1,
      onFailure: withoutRetry('park'),
    }
    const { name } = projection
    const before = await context.startRuntime([projection])
    await context.append('a', added(), added(), added())
    await context.waitUntilHandled(before, [name], await context.append('b', added()))
    const look = async () => {
      const parked = await parkedOf(context, name)
      return [placesOf(context, parked), (await readProjection(context, name)).documents]
    }
    expectEqual(
      await look(),
      [['a@3'], { [context.streamOf('a')]: 2, [context.streamOf('b')]: 1 }],
      'what is parked and stored',
    )
    await before.stop()
    const after = await context.startRuntime([projection], { store: context.other })
    await context.waitUntilHandled(after, [name], await context.append('b', added()))
    expectEqual(
      await look(),
      [['a@3'], { [context.streamOf('a')]: 2, [context.streamOf('b')]: 2 }],
      'what another process finds',
    )
  }),

  law(
    'an event that cannot be decoded parks its stream; a codec that can decode it handles the events in order',
    async (context) => {
      const { seen, handler, name } = recordingHandler(context)
      const older = EventCodec.make({ Added: t.strict({ n: t.number }) })
      const old = { ...handler, from: [{ category: context.category, events: older }], onFailure: withoutRetry('park') }
      const before = await context.startRuntime([old])
      await context.append('a', added(), broken, added())
      await context.waitUntilHandled(before, [name], await context.append('b', added()))
      expectEqual(placesOf(context, seen).toSorted(), ['a@1', 'b@1'], 'what was handled')
      await before.stop()
      await right(context.subscriptions.ParkedEvent.retry(context.store, await settledPositionOf(context, name)))
      await context.startRuntime([handler])
      await nothingParked(context, name)
      expectAll(context, seen)
    },
  ),
])
