import { either as E } from 'fp-ts'
import { groupOf } from '../handlerLaws/HandlerLaw.ts'
import { same } from '../internal/expectation.ts'
import { left, right, turn } from '../laws/given.ts'
import { checkpointOf, expectAll, handlersOf, makeGate, noting } from './given.ts'
import { law } from './SubscriptionLaw.ts'
import { added } from './World.ts'

export const stopping = groupOf('stopping', [
  law('finishes what is under way, begins nothing else, and keeps what is done', async (world) => {
    const gate = makeGate()
    const begun: Array<number> = []
    const { seen, handler, name } = noting(world, ({ version }) => async () => {
      begun.push(version)
      if (version === 2) await gate.opened
      return E.right(undefined)
    })
    const many = Array.from({ length: 6 }, (_, n) => added(n))
    await world.append('a', ...many)
    const process = world.process()
    const limits = { grace: 3_600_000 }
    const runtime = await world.run([{ ...handler, concurrency: 1 }], { store: process.store, limits })
    await world.until('the second event is under way', () => begun.length === 2)
    // Whatever it waits for while it stops, it begins nothing meanwhile.
    process.pause('heartbeats')
    await world.until('a heartbeat is on the way', () => process.waiting() > 0)
    let ended = false
    const stopped = runtime.stop().then(() => {
      ended = true
    })
    await turn()
    same(ended, false, 'that it has stopped before the event under way was handled')
    gate.open()
    await world.until('the second event is handled', () => seen.length >= 2)
    for (let i = 0; i < 5; i++) await turn()
    process.resume()
    await stopped
    same(begun, [1, 2], 'what was begun')
    const [, second] = world.written()
    same(await checkpointOf(world, name), second?.position, 'the checkpoint')
    const again = await world.run([handler])
    await world.handled(again, [name], await world.append('a', added()))
    expectAll(world, seen)
  }),

  law('ends whatever handlers do, whose signals fire', async (world) => {
    let [begun, fired] = [0, 0]
    const { handler, name } = noting(world, (_, { signal }) => () => {
      begun++
      signal.addEventListener('abort', () => {
        fired++
      })
      return new Promise<never>(() => {})
    })
    await world.append('a', added())
    const runtime = await world.run([handler], { limits: { grace: 1 } })
    await world.until('an event is under way', () => begun > 0)
    await runtime.stop()
    same((await handlersOf(world, name))[0]?.members, [], 'who is left of the group')
    same(fired, 1, 'how often the signal fired')
  }),

  law('leaves nothing behind that asks the store, and does not begin again', async (world) => {
    const limits = { poll: 5, leaseTime: Math.ceil(world.leaseTime / 4) }
    const [gone, going] = [world.process(), world.process()]
    const { handler, name } = noting(world)
    const runtime = await world.run([handler], { store: gone.store, limits })
    await world.handled(runtime, [name], await world.append('a', added()))
    await runtime.stop()
    const asked = gone.asked()
    await world.run([handler], { store: going.store, limits })
    await world.until('another has said several times that it lives', () => going.beats() > 4)
    same(gone.asked(), asked, 'how often the store was asked')
    same((await left(runtime.start))._tag, 'InvalidInput', 'starting again')
  }),
])

export const waiting = groupOf('waiting', [
  law('ends when the handlers are there, in whatever process they run', async (world) => {
    const { seen, handler, name } = noting(world)
    const runs = await world.run([handler])
    const only = await world.run([], { store: world.other })
    for (let i = 0; i < 3; i++) {
      const position = await world.append('a', added(i))
      await world.handled(i % 2 === 0 ? only : runs, [name], position)
      same(seen.length, i + 1, 'how many events are handled')
    }
  }),

  law('ends late, with the names of those who are', async (world) => {
    const { handler, name } = noting(world)
    const runtime = await world.run([handler])
    const position = await world.append('a', added())
    const late = await left(runtime.waitFor([name, 'nobody'], position + 1_000_000, 20))
    same([late._tag, Reflect.get(late, 'late')], ['HandlersLate', [name, 'nobody']], 'who is late')
    await right(runtime.waitFor([], position), 'waiting for nobody')
  }),
])
