import { either as E } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import { left, right, yieldToOthers } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { checkpointOf, expectAll, handlersOf, makeGate, recordingHandler } from './fixtures.ts'
import { added } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

export const stopping = groupOf('stopping', [
  law('a stop finishes the event in progress, begins no other, and keeps the finished work', async (context) => {
    const gate = makeGate()
    const begun: Array<number> = []
    const { seen, handler, name } = recordingHandler(context, ({ version }) => async () => {
      begun.push(version)
      if (version === 2) await gate.opened
      return E.right(undefined)
    })
    const many = Array.from({ length: 6 }, (_, n) => added(n))
    await context.append('a', ...many)
    const process = context.process()
    const limits = { stopTimeout: 3_600_000 }
    const runtime = await context.startRuntime([{ ...handler, concurrency: 1 }], { store: process.store, limits })
    await context.until('the second event is under way', () => begun.length === 2)
    // Whatever the runtime waits for while it stops, it begins nothing meanwhile.
    process.pause('heartbeats')
    await context.until('a heartbeat is on the way', () => process.waitingCount() > 0)
    let ended = false
    const stopped = runtime.stop().then(() => {
      ended = true
    })
    await yieldToOthers()
    const endedEarly = ended
    gate.open()
    expectEqual(endedEarly, false, 'that it has stopped before the event under way was handled')
    await context.until('the second event is handled', () => seen.length >= 2)
    for (let i = 0; i < 5; i++) await yieldToOthers()
    process.resume()
    await stopped
    expectEqual(begun, [1, 2], 'what was begun')
    const [, second] = context.appended()
    expectEqual(await checkpointOf(context, name), second?.position, 'the checkpoint')
    const again = await context.startRuntime([handler])
    await context.waitUntilHandled(again, [name], await context.append('a', added()))
    expectAll(context, seen)
  }),

  law('a stop ends whatever handlers do, and their signals fire', async (context) => {
    let [begun, fired] = [0, 0]
    const { handler, name } = recordingHandler(context, (_, { signal }) => () => {
      begun++
      signal.addEventListener('abort', () => {
        fired++
      })
      return new Promise<never>(() => {})
    })
    await context.append('a', added())
    const runtime = await context.startRuntime([handler], { limits: { stopTimeout: 1 } })
    await context.until('an event is under way', () => begun > 0)
    await runtime.stop()
    expectEqual((await handlersOf(context, name))[0]?.members, [], 'the members after a stop')
    expectEqual(fired, 1, 'how often the signal fired')
  }),

  law('a stopped runtime sends no request to the store, and does not start again', async (context) => {
    const limits = { pollInterval: 5, leaseTime: Math.ceil(context.leaseTime / 4) }
    const [gone, going] = [context.process(), context.process()]
    const { handler, name } = recordingHandler(context)
    const runtime = await context.startRuntime([handler], { store: gone.store, limits })
    await context.waitUntilHandled(runtime, [name], await context.append('a', added()))
    await runtime.stop()
    const asked = gone.requestCount()
    await context.startRuntime([handler], { store: going.store, limits })
    await context.until('another process has sent several heartbeats', () => going.heartbeatCount() > 4)
    expectEqual(gone.requestCount(), asked, 'how often the store was asked')
    expectEqual((await left(runtime.start))._tag, 'InvalidInput', 'starting again')
  }),
])

export const waiting = groupOf('waiting', [
  law('waiting ends when the handlers have arrived, in whatever process they run', async (context) => {
    const { seen, handler, name } = recordingHandler(context)
    const runs = await context.startRuntime([handler])
    const only = await context.startRuntime([], { store: context.other })
    for (let i = 0; i < 3; i++) {
      const position = await context.append('a', added(i))
      await context.waitUntilHandled(i % 2 === 0 ? only : runs, [name], position)
      expectEqual(seen.length, i + 1, 'how many events are handled')
    }
  }),

  law('waiting that times out names the handlers that are late', async (context) => {
    const { handler, name } = recordingHandler(context)
    const runtime = await context.startRuntime([handler])
    const position = await context.append('a', added())
    const late = await left(runtime.waitFor([name], position + 1_000_000, 20))
    expectEqual([late._tag, Reflect.get(late, 'late')], ['HandlersTimedOut', [name]], 'the late handlers')
    const unknown = await left(runtime.waitFor([name, 'nobody'], position + 1_000_000, 600_000))
    expectEqual([unknown._tag, Reflect.get(unknown, 'name')], ['UnknownHandler', 'nobody'], 'the unknown handler')
    await right(runtime.waitFor([], position), 'waiting for no handler')
  }),
])
