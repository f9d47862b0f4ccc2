import { either as E } from 'fp-ts'
import { groupOf } from '../handlerLaws/HandlerLaw.ts'
import { holds, same } from '../internal/expectation.ts'
import { expectAll, expectWhole, firsts, handlersOf, listing, makeGate, noting, pageOf, sharesOf } from './given.ts'
import { law } from './SubscriptionLaw.ts'
import { added } from './World.ts'

const hour = 3_600_000

export const consumerGroups = groupOf('consumer groups', [
  law('share the partitions as processes join and leave, and have every event in effect once', async (world) => {
    const lists = listing(world, { partitions: 4 })
    const first = await world.run([lists])
    await world.handled(first, [lists.name], await world.write(1))
    const second = await world.run([lists], { store: world.other })
    await world.until(
      'two processes have two partitions each',
      async () => `${await sharesOf(world, lists.name)}` === '2,2',
    )
    await world.handled(first, [lists.name], await world.write(2))
    await first.stop()
    await world.until('the one that stays has all', async () => `${await sharesOf(world, lists.name)}` === '4')
    await world.handled(second, [lists.name], await world.write(1))
    await expectWhole(world, lists.name)
  }),

  law('give what a process leaves that stops to the next at once', async (world) => {
    const { seen, handler, name } = noting(world)
    // No lease runs out here.
    const first = await world.run([handler], { limits: { leaseTime: hour } })
    await world.handled(first, [name], await world.write(1))
    await first.stop()
    same(await sharesOf(world, name), [], 'who holds partitions after a stop')
    const second = await world.run([handler], { store: world.other, limits: { leaseTime: hour } })
    await world.handled(second, [name], await world.write(1))
    expectAll(world, seen)
  }),

  law('replace a process that is killed, and what it has brought about is there once', async (world) => {
    // Its last commit is lost; or only the answer to it.
    for (const how of ['away', 'unheard'] as const) {
      const lists = listing(world, { partitions: 2 })
      const process = world.process()
      const first = await world.run([lists], { store: process.store, limits: { batch: 4 } })
      await world.handled(first, [lists.name], await world.write(1))
      process.pause('commits')
      await world.write(1)
      await world.until('a commit is on the way', () => process.waiting() > 0)
      process.kill(how)
      process.resume()
      const stopped = first.stop()
      const second = await world.run([lists], { store: world.other })
      await world.handled(second, [lists.name], await world.write(1))
      await stopped
      await expectWhole(world, lists.name)
    }
  }),

  law('refuse what a process brings that was paused for longer than its lease', async (world) => {
    const lists = listing(world)
    const process = world.process()
    const paused = await world.run([lists], { store: process.store })
    await world.handled(paused, [lists.name], await world.write(1))
    process.pause('commits')
    await world.write(1)
    await world.until('a commit is on the way', () => process.waiting() > 0)
    process.pause('everything')
    const [before] = await handlersOf(world, lists.name)
    const other = await world.run([lists], { store: world.other })
    await world.handled(other, [lists.name], await world.write(1))
    const [after] = await handlersOf(world, lists.name)
    holds((after?.partitions[0]?.epoch ?? 0) > (before?.partitions[0]?.epoch ?? 0), 'the partition changed hands')
    const page = await pageOf(world, lists.name)
    const beats = process.beats()
    process.resume()
    await world.until('what was late has arrived', () => process.waiting() === 0 && process.beats() > beats)
    await expectWhole(world, lists.name)
    holds((await pageOf(world, lists.name)).position >= page.position, 'the checkpoint has gone back')
    await world.handled(other, [lists.name], await world.write(1))
    await world.handled(paused, [lists.name], await world.append(0, added()))
    await expectWhole(world, lists.name)
  }),

  law('tell a handler by its signal that its partition is in other hands', async (world) => {
    const gate = makeGate()
    let [begun, told] = [0, 0]
    const slow = noting(world, (_, { signal }) => async () => {
      begun++
      signal.addEventListener('abort', () => {
        told++
        gate.open()
      })
      await gate.opened
      return E.right(undefined)
    })
    const process = world.process()
    await world.run([slow.handler], { store: process.store })
    await world.append(0, added())
    await world.until('it is at work', () => begun > 0)
    process.pause('everything')
    const quick = { ...noting(world).handler, name: slow.name }
    const other = await world.run([quick], { store: world.other })
    await world.handled(other, [slow.name], await world.append(1, added()))
    process.resume()
    await world.until('the signal has fired', () => told > 0)
  }),

  law('keep the order of each stream when processes come and go', async (world) => {
    const { seen, handler, name } = noting(world)
    const many = { ...handler, partitions: 3 }
    let last = 0
    let before = await world.run([many])
    for (let i = 0; i < 3; i++) {
      const [position, next] = await Promise.all([
        world.write(1),
        world.run([many], { store: i % 2 === 0 ? world.other : world.store }),
      ])
      last = position
      await before.stop()
      before = next
    }
    await world.handled(before, [name], last)
    expectAll(world, firsts(seen))
  }),
])
