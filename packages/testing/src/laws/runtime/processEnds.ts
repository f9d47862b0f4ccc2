import { either as E, taskEither as TE } from 'fp-ts'
import { expectEqual, expectTrue, fail } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { parkedOf, settledPositionOf } from './failureFixtures.ts'
import {
  expectAll,
  handlersOf,
  readProjection,
  recordingHandler,
  type Thing,
  versionsOf,
  versionsProjection,
  withoutRepeats,
  withoutRetry,
} from './fixtures.ts'
import type { HandlerUnderLaw } from './HandlerUnderLaw.ts'
import { type Input, orderManager } from './processFixtures.ts'
import { added, broken, type RuntimeLawContext } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

/** So many processes may end before a law has its result. */
const maxEnds = 8

const dispatch = () => TE.right(undefined)

/** The end of the process that runs at the moment, which handlers cause. */
const makeMortal = (context: RuntimeLawContext) => {
  let end = (): void => fail('no process runs')

  /** Starts one process after another, each when the one before has ended, until the law has its result. */
  const restartUntil = async (what: string, handler: HandlerUnderLaw, isDone: () => Promise<boolean>) => {
    for (let ends = 0; ends <= maxEnds; ends++) {
      const process = context.process()
      let hasEnded = false
      end = () => {
        hasEnded = true
        process.kill('away')
      }
      const limits = { stopTimeout: 10 }
      const runtime = await context.startRuntime([handler], { store: process.store, dispatch, limits })
      await context.until(`${what}, or the process has ended`, async () => hasEnded || (await isDone()))
      if (!hasEnded) return runtime
      void runtime.stop()
    }
    return fail(`${maxEnds} processes have ended: ${what}`)
  }

  return {
    end: (): void => end(),
    /** An effect of a process that ends: it has no result. */
    endEffect: () => (): Promise<E.Either<unknown, undefined>> => {
      end()
      return new Promise(() => {})
    },
    restartUntil,
  }
}

const expectEnded = (why: string | undefined): void =>
  expectTrue(why?.includes('the process ended 3 times') === true, `the reason says how many processes ended: ${why}`)

const hasParked = (context: RuntimeLawContext, name: string) => async (): Promise<boolean> =>
  (await parkedOf(context, name)).length > 0

export const processEnds = groupOf('process ends', [
  law('an event that ends every process that handles it is parked, and all others are handled', async (context) => {
    const { endEffect, restartUntil } = makeMortal(context)
    const { seen, handler, name } = recordingHandler(context, ({ event }) =>
      event.type === 'Broken' ? endEffect() : async () => E.right(undefined),
    )
    await context.appendRounds(1)
    await context.append('bad', added(), broken, added())
    const last = await context.appendRounds(1)
    const runtime = await restartUntil('the event is parked', handler, hasParked(context, name))
    await context.waitUntilHandled(runtime, [name], last)
    const parked = await parkedOf(context, name)
    expectEqual(
      parked.map(({ stream, version, behind }) => [stream, version, behind]),
      [
        [context.streamOf('bad'), 2, false],
        [context.streamOf('bad'), 3, true],
      ],
      'what is parked, and whether only behind another',
    )
    expectEnded(parked[0]?.why)
    expectAll({ ...context, appended: () => context.appended().filter(isHandled(context)) }, withoutRepeats(seen))
    await context.waitUntilHandled(runtime, [name], await context.append('other', added()))
    const { documents } = await right(context.store.listDocuments({ name, kind: 'attempts' }))
    expectEqual(documents, [], 'the notes of attempts that are left')
  }),

  law('a projection parks an event that ends every process that folds it', async (context) => {
    const { end, restartUntil } = makeMortal(context)
    const sound = versionsProjection(context)
    const project = (versions: ReadonlyArray<number> | undefined, thing: Thing) => {
      if (thing.event.type === 'Broken') end()
      return sound.project(versions, thing)
    }
    await context.append('bad', added(), broken)
    const last = await context.appendRounds(2)
    const runtime = await restartUntil('the event is parked', { ...sound, project }, hasParked(context, sound.name))
    await context.waitUntilHandled(runtime, [sound.name], last)
    const [parked] = await parkedOf(context, sound.name)
    expectEqual([parked?.stream, parked?.version], [context.streamOf('bad'), 2], 'what is parked')
    expectEnded(parked?.why)
    const { documents } = await readProjection(context, sound.name)
    expectEqual(documents, versionsOf(context.appended().filter(isHandled(context))), 'what the documents have')
  }),

  law('a handler that stops at failures stops at an event that ends every process', async (context) => {
    const { endEffect, restartUntil } = makeMortal(context)
    const { handler, name } = recordingHandler(context, ({ event }) =>
      event.type === 'Broken' ? endEffect() : async () => E.right(undefined),
    )
    const position = await context.append('bad', broken)
    await restartUntil('the handler is stopped', { ...handler, onFailure: withoutRetry('stop') }, async () =>
      (await handlersOf(context, name)).some(({ stops }) => stops.length > 0),
    )
    const [stop] = (await handlersOf(context, name)).flatMap(({ stops }) => stops)
    expectTrue(JSON.stringify(stop).includes('the process ended 3 times'), `the reason: ${JSON.stringify(stop)}`)
    expectTrue(JSON.stringify(stop).includes(`${position}`), `the position: ${JSON.stringify(stop)}`)
  }),

  law('the requested retry of a parked event that ends every process keeps it parked', async (context) => {
    const { endEffect, restartUntil } = makeMortal(context)
    let fails = true
    const { handler, name } = recordingHandler(context, ({ event }) => {
      if (event.type !== 'Broken') return async () => E.right(undefined)
      return fails ? async () => E.left('no') : endEffect()
    })
    const failing = { ...handler, onFailure: withoutRetry('park') }
    const first = await context.startRuntime([failing])
    await context.waitUntilHandled(first, [name], await context.append('bad', broken, added()))
    await first.stop()
    fails = false
    const retried = await right(
      context.subscriptions.ParkedEvent.retry(context.store, await settledPositionOf(context, name)),
    )
    expectEqual(retried, true, 'the retry')
    const isAnswered = async () => (await parkedOf(context, name)).some(({ why }) => why.includes('the process ended'))
    const runtime = await restartUntil('the event is parked again', failing, isAnswered)
    const parked = await parkedOf(context, name)
    expectEqual(
      parked.map(({ version, behind }) => [version, behind]),
      [
        [1, false],
        [2, true],
      ],
      'what is parked, and whether only behind another',
    )
    expectEnded(parked[0]?.why)
    await context.waitUntilHandled(runtime, [name], await context.append('other', added()))
  }),

  law('a parked event whose retry ended processes leaves no note when it is discarded', async (context) => {
    const { end, restartUntil } = makeMortal(context)
    const { ParkedEvent } = context.subscriptions
    const settled = () => settledPositionOf(context, name)
    let [fails, ends] = [true, 0]
    const endEffect = () => async (): Promise<E.Either<unknown, undefined>> => {
      // The first process has taken the partition from one that had released it, and notes nothing.
      if (++ends === 2) await right(ParkedEvent.discard(context.store, await settled()))
      end()
      return new Promise(() => {})
    }
    const { handler, name } = recordingHandler(context, ({ event }) => {
      if (event.type !== 'Broken') return async () => E.right(undefined)
      return fails ? async () => E.left('no') : endEffect()
    })
    const failing = { ...handler, onFailure: withoutRetry('park') }
    const first = await context.startRuntime([failing])
    await context.waitUntilHandled(first, [name], await context.append('bad', broken))
    await first.stop()
    fails = false
    await right(ParkedEvent.retry(context.store, await settled()))
    await restartUntil('the event is discarded', failing, async () => (await parkedOf(context, name)).length === 0)
    expectEqual(ends, 2, 'how many processes have ended')
    const { documents } = await right(context.store.listDocuments({ name, kind: 'attempts' }))
    expectEqual(documents, [], 'the notes of attempts that are left')
  }),

  law('a timer that ends every process on which it fires is parked', async (context) => {
    const { end, restartUntil } = makeMortal(context)
    const manager = orderManager(context, (_, input: Input) => {
      if (input._tag === 'TimerFired') end()
      return input._tag === 'EventHappened' ? [{ _tag: 'Schedule', timer: 'payment', at: new Date(0) }] : []
    })
    await context.append('bad', added())
    const runtime = await restartUntil('the timer is parked', manager, hasParked(context, manager.name))
    const [parked] = await parkedOf(context, manager.name)
    expectEnded(parked?.why)
    expectTrue(parked?.why.includes('timer "payment"') === true, `the reason names the timer: ${parked?.why}`)
    await context.waitUntilHandled(runtime, [manager.name], await context.append('bad', added()))
  }),
])

/** Events up to the one that ends the processes, and those of other streams. */
const isHandled =
  (context: RuntimeLawContext) =>
  ({ stream, version }: { readonly stream: string; readonly version: number }): boolean =>
    stream !== context.streamOf('bad') || version === 1
