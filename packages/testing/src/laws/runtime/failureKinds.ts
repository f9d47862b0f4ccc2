import { EventCodec } from '@foldlog/core'
import { option as O, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { nothingParked, parkedOf, placesOf, settledPositionOf } from './failureFixtures.ts'
import {
  expectAll,
  readProjection,
  recordingHandler,
  type Thing,
  versionsProjection,
  withoutRetry,
} from './fixtures.ts'
import { added, broken } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

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

export const failureKinds = groupOf('failures', [
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

  law('an event with too many keys is parked, and events of other streams are handled', async (context) => {
    const keys = Array.from({ length: 120_000 }, (_, i) => `key-${i}`)
    const projection = {
      ...versionsProjection(context),
      key: ({ stream, event }: Thing) => (event.type === 'Added' && event.data.n > 0 ? keys : stream),
      onFailure: withoutRetry('park'),
    }
    const { name } = projection
    const runtime = await context.startRuntime([projection])
    await context.append('a', added(), added(1), added())
    await context.waitUntilHandled(runtime, [name], await context.append('b', added()))
    expectEqual(placesOf(context, await parkedOf(context, name)), ['a@2', 'a@3'], 'what is parked')
    expectEqual(
      (await readProjection(context, name)).documents,
      { [context.streamOf('a')]: [1], [context.streamOf('b')]: [1] },
      'the views',
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
