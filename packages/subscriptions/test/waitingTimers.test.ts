import { EventCodec } from '@foldlog/core'
import { makeMemoryStore } from '@foldlog/memory-store'
import { makeHandlerRuntime, ParkedEvent, ProcessManager, Reaction } from '@foldlog/subscriptions'
import { describe, expect, it } from '@jest/globals'
import { taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'
import { added, append, broken, cuttable, right, startRuntime, things, until } from './fixtures.ts'

const limits = { leaseTime: 600, idleCommitInterval: 5, pollInterval: 20, stopTimeout: 50 }

describe('a timer that waits behind an event with unknown lanes', () => {
  it('is held until that event leaves its lane, and events are handled meanwhile', async () => {
    const store = makeMemoryStore()
    const counted = cuttable(store)
    const handled: Array<string> = []
    const older = EventCodec.make({ Added: t.strict({ n: t.number }) })
    let knowsBroken = false
    const manager = ProcessManager.make({
      name: 'manager',
      from: [
        {
          category: things.category,
          events: {
            ...things.events,
            decode: (recorded) => (knowsBroken ? things.events.decode(recorded) : older.decode(recorded)),
          },
        },
      ],
      start: 'origin',
      state: t.number,
      initialState: 0,
      key: () => 'all',
      evolve: (n: number) => n + 1,
      react: (_, input) => {
        if (input._tag === 'TimerFired') {
          handled.push('timer')
          return []
        }
        if (input._tag !== 'EventHappened') return []
        handled.push(`${input.event.stream} ${input.event.event.type}`)
        return input.event.stream === 'thing-a' ? [Reaction.schedule('soon', new Date(0))] : []
      },
    })
    await append(store, 'a', added(1))
    await append(store, 'b', broken)
    await append(store, 'c', added(1))
    const runtime = makeHandlerRuntime({
      store: counted.store,
      handlers: [manager],
      dispatch: () => TE.right(undefined),
      limits,
    })
    await startRuntime(runtime)
    await until(async () => right(await ParkedEvent.list(store, 'manager')()).length === 1)
    await until(() => counted.calls('dueDocuments') > 1)
    for (let i = 0; i < 5; i++) {
      const position = await append(store, 'd', added(i))
      right(await runtime.waitFor(['manager'], position, 10_000)())
    }
    // One for each event, one for the timer that waits, and idle ones.
    expect(counted.calls('commit')).toBeLessThan(50)
    knowsBroken = true
    const [parked] = right(await ParkedEvent.list(store, 'manager')())
    if (parked === undefined) throw new Error('nothing is parked')
    right(await ParkedEvent.retry(store, parked)())
    await until(() => handled.includes('timer'))
    expect(handled.slice(-2)).toEqual(['thing-b Broken', 'timer'])
    await runtime.stop()
  })
})
