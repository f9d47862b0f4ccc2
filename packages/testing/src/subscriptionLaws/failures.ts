import { EventCodec } from '@foldlog/core'
import { option as O, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { groupOf } from '../handlerLaws/HandlerLaw.ts'
import { fail, same } from '../internal/expectation.ts'
import { right } from '../laws/given.ts'
import { atOnce, checkpointOf, expectAll, listing, noting, pageOf } from './given.ts'
import { law } from './SubscriptionLaw.ts'
import type { ParkedUnderLaw } from './Subscriptions.ts'
import { added, broken, type World } from './World.ts'

const parkedOf = ({ subscriptions, store }: World, name: string): Promise<ReadonlyArray<ParkedUnderLaw>> =>
  right(subscriptions.ParkedEvent.list(store, name), 'the parked events')

/** The first parked event, which is there. */
const headOf = async (world: World, name: string): Promise<ParkedUnderLaw> =>
  (await parkedOf(world, name))[0] ?? fail('nothing is parked')

const nothingParked = (world: World, name: string): Promise<void> =>
  world.until('nothing is parked any more', async () => (await parkedOf(world, name)).length === 0)

const revoked = (): unknown => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

/** Values that throw when they are read. */
const unshowable: ReadonlyArray<() => unknown> = [
  () => Object.assign(Object.create(null), { amount: 1n }),
  revoked,
  () =>
    Object.defineProperty({}, 'message', {
      enumerable: true,
      get: () => {
        throw revoked()
      },
    }),
]

/** A handler that refuses broken events until it is mended. */
const refusing = (world: World, verdict: 'park' | 'skip' | 'stop') => {
  let mended = false
  const noted = noting(world, ({ event }) => (event.type === 'Broken' && !mended ? TE.left('no') : TE.right(undefined)))
  return {
    ...noted,
    handler: { ...noted.handler, onFailure: atOnce(verdict) },
    mend: () => {
      mended = true
    },
  }
}

const placesOf = (
  world: World,
  seen: ReadonlyArray<{ readonly stream: string; readonly version: number }>,
): ReadonlyArray<string> => seen.map(({ stream, version }) => `${stream.slice(world.category.length + 1)}@${version}`)

export const failures = groupOf('failures', [
  law('park an event, and what comes behind it in its stream, in order; other streams go on', async (world) => {
    const { seen, handler, name, mend } = refusing(world, 'park')
    const runtime = await world.run([handler])
    await world.append('a', added(), broken, added())
    await world.append('b', added())
    await world.handled(runtime, [name], await world.append('a', added()))
    same(placesOf(world, seen).toSorted(), ['a@1', 'b@1'], 'what was handled')
    same(
      (await parkedOf(world, name)).map(({ version, behind }) => [version, behind]),
      [
        [2, false],
        [3, true],
        [4, true],
      ],
      'what is parked, and whether only behind another',
    )
    mend()
    same(await right(world.subscriptions.ParkedEvent.retry(world.store, await headOf(world, name))), true, 'the retry')
    await nothingParked(world, name)
    // The stream is free again.
    await world.handled(runtime, [name], await world.append('a', added()))
    expectAll(world, seen)
  }),

  law('that are parked outlive the process, and are tried again by another', async (world) => {
    const { seen, handler, name, mend } = refusing(world, 'park')
    const first = await world.run([handler])
    await world.handled(first, [name], await world.append('a', broken, added()))
    await first.stop()
    await world.append('a', added())
    same(await right(world.subscriptions.ParkedEvent.retry(world.store, await headOf(world, name))), true, 'the retry')
    mend()
    const second = await world.run([handler], { store: world.other })
    await nothingParked(world, name)
    await world.handled(second, [name], await world.append('a', added()))
    expectAll(world, seen)
  }),

  law('that are tried again and fail again stay parked, with all behind them', async (world) => {
    const { seen, handler, name } = refusing(world, 'park')
    const runtime = await world.run([handler])
    await world.handled(runtime, [name], await world.append('a', broken, added(), added()))
    await right(world.subscriptions.ParkedEvent.retry(world.store, await headOf(world, name)))
    await world.until('the wish is gone', async () => {
      const { documents } = await right(world.store.listDocuments({ name, kind: 'parked' }))
      return documents.every(({ wish }) => wish === null)
    })
    await world.handled(runtime, [name], await world.append('a', added()))
    same(placesOf(world, seen), [], 'what was handled')
    same(
      (await parkedOf(world, name)).map(({ version }) => version),
      [1, 2, 3, 4],
      'what is parked',
    )
  }),

  law('that are discarded let go on what is behind them', async (world) => {
    const { seen, handler, name } = refusing(world, 'park')
    const runtime = await world.run([handler])
    await world.handled(runtime, [name], await world.append('a', added(), broken, added(), added()))
    await right(world.subscriptions.ParkedEvent.discard(world.store, await headOf(world, name)))
    await nothingParked(world, name)
    await world.handled(runtime, [name], await world.append('a', added()))
    same(placesOf(world, seen), ['a@1', 'a@3', 'a@4', 'a@5'], 'what was handled')
  }),

  law('that are skipped are as if they had been handled', async (world) => {
    const { seen, handler, name } = refusing(world, 'skip')
    const runtime = await world.run([handler])
    const last = await world.append('a', added(), broken, added())
    await world.handled(runtime, [name], last)
    same(placesOf(world, seen), ['a@1', 'a@3'], 'what was handled')
    same(await parkedOf(world, name), [], 'what is parked')
    await runtime.stop()
    same(await checkpointOf(world, name), last, 'the checkpoint')
  }),

  law(
    'that stop a handler are told; nobody handles anything from them on, until it is asked to go on',
    async (world) => {
      const { seen, handler, name, mend } = refusing(world, 'stop')
      const last = await world.append('a', added(), added())
      await world.append('a', broken, added())
      const first = await world.run([handler])
      const statusOf = async (runtime: typeof first) =>
        (await right(runtime.status, 'the status')).handlers.find((one) => one.name === name)
      await world.until('the status says that it has stopped', async () => (await statusOf(first))?.state === 'stopped')
      same((await statusOf(first))?.reasons.length, 1, 'how many reasons there are')
      await first.stop()
      const process = world.process()
      const second = await world.run([handler], { store: process.store })
      const asked = process.asked()
      await world.until('another process has looked around', () => process.asked() > asked + 3)
      same((await statusOf(second))?.state, 'stopped', 'the state, as another process tells it')
      same(placesOf(world, seen), ['a@1', 'a@2'], 'what was handled')
      same(await checkpointOf(world, name), last, 'the checkpoint')
      mend()
      same(await right(world.subscriptions.HandlerStop.resume(world.store, name)), true, 'that it goes on')
      await world.handled(second, [name], await world.append('a', added()))
      expectAll(world, seen)
    },
  ),

  law('are tried again as often as the policy says, and the handler knows which try it is', async (world) => {
    const tries: Array<number> = []
    const { handler, name } = noting(world, (_, { attempt }) => {
      tries.push(attempt)
      return tries.length < 4 ? TE.left('no') : TE.right(undefined)
    })
    let left = 3
    const retry = () => (left-- > 0 ? O.some(1) : O.none)
    const runtime = await world.run([{ ...handler, onFailure: { retry, verdict: () => 'park' as const } }])
    await world.handled(runtime, [name], await world.append('a', added()))
    same(tries, [1, 2, 3, 4], 'the tries')
    same(await parkedOf(world, name), [], 'what is parked')
  }),

  law('are an error, a throw, a rejected promise, and no answer in time', async (world) => {
    const never = () => new Promise<never>(() => {})
    const answers: ReadonlyArray<() => TE.TaskEither<unknown, unknown>> = [
      () => TE.left('no'),
      () => {
        throw new Error('at once')
      },
      () => () => Promise.reject(new Error('later')),
      () => never,
    ]
    const { handler, name } = noting(world, ({ event }) =>
      event.type === 'Added' ? (answers[event.data.n]?.() ?? TE.right(undefined)) : TE.right(undefined),
    )
    let last = 0
    for (const i of [...answers.keys(), answers.length]) last = await world.append(i, added(i))
    const runtime = await world.run([{ ...handler, timeout: 50, onFailure: atOnce('park') }])
    await world.handled(runtime, [name], last)
    const streams = (await parkedOf(world, name)).map(({ stream }) => stream)
    same(streams.toSorted(), [...answers.keys()].map(world.streamOf), 'what is parked')
  }),

  law('that cannot be shown as text park the event like others, after all tries', async (world) => {
    const answers: ReadonlyArray<(value: unknown) => TE.TaskEither<unknown, unknown>> = [
      (value) => TE.left(value),
      (value) => {
        throw value
      },
      (value) => () => Promise.reject(value),
    ]
    const { seen, handler, name } = noting(world, ({ event, version }) =>
      version === 2 && event.type === 'Added'
        ? (answers[Math.floor(event.data.n / unshowable.length)]?.(unshowable[event.data.n % unshowable.length]?.()) ??
          TE.left('no'))
        : TE.right(undefined),
    )
    const ids = Array.from({ length: answers.length * unshowable.length }, (_, i) => i)
    let last = 0
    for (const id of ids) last = await world.append(id, added(id), added(id), added(id))
    // They are tried again, so that their lanes are held up while others are done.
    const tries = { retry: ({ iterNumber }: { readonly iterNumber: number }) => (iterNumber < 2 ? O.some(1) : O.none) }
    const runtime = await world.run([{ ...handler, onFailure: { ...atOnce('park'), ...tries } }])
    await world.handled(runtime, [name], last)
    same(
      (await parkedOf(world, name)).map(({ stream, version }) => `${stream}@${version}`).toSorted(),
      ids.flatMap((id) => [2, 3].map((version) => `${world.streamOf(id)}@${version}`)).toSorted(),
      'what is parked',
    )
    same(
      seen.map(({ version }) => version),
      ids.map(() => 1),
      'what was handled',
    )
  }),

  law('of a view that its own codec would not read again are failures of the event that made it', async (world) => {
    const few = t.refinement(t.number, (n) => n < 3, 'Few')
    const projection = {
      ...listing(world),
      view: few,
      project: (n: number | undefined) => (n ?? 0) + 1,
      onFailure: atOnce('park'),
    }
    const { name } = projection
    const before = await world.run([projection])
    await world.append('a', added(), added(), added())
    await world.handled(before, [name], await world.append('b', added()))
    const look = async () => {
      const parked = await parkedOf(world, name)
      return [placesOf(world, parked), (await pageOf(world, name)).documents]
    }
    same(await look(), [['a@3'], { [world.streamOf('a')]: 2, [world.streamOf('b')]: 1 }], 'what is parked and stored')
    await before.stop()
    const after = await world.run([projection], { store: world.other })
    await world.handled(after, [name], await world.append('b', added()))
    same(await look(), [['a@3'], { [world.streamOf('a')]: 2, [world.streamOf('b')]: 2 }], 'what another process finds')
  }),

  law('of decoding park the stream; with a codec that can, its events are handled in order', async (world) => {
    const { seen, handler, name } = noting(world)
    const older = EventCodec.make({ Added: t.strict({ n: t.number }) })
    const old = { ...handler, from: [{ category: world.category, events: older }], onFailure: atOnce('park') }
    const before = await world.run([old])
    await world.append('a', added(), broken, added())
    await world.handled(before, [name], await world.append('b', added()))
    same(placesOf(world, seen).toSorted(), ['a@1', 'b@1'], 'what was handled')
    await before.stop()
    await right(world.subscriptions.ParkedEvent.retry(world.store, await headOf(world, name)))
    await world.run([handler])
    await nothingParked(world, name)
    expectAll(world, seen)
  }),
])
