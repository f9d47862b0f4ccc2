import { option as O, taskEither as TE } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { parkedOf, placesOf, rejectingHandler } from './failureFixtures.ts'
import { checkpointOf, expectAll, recordingHandler } from './fixtures.ts'
import { added, broken } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

export const failurePolicies = groupOf('failures', [
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
    await context.until('the status reports the stop', async () => (await statusOf(first))?.state === 'stopped')
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
])
