import { either as E } from 'fp-ts'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { groupOf } from '../Law.ts'
import {
  expectAll,
  expectWhole,
  handlersOf,
  makeGate,
  readProjection,
  recordingHandler,
  sharesOf,
  versionsProjection,
  withoutRepeats,
} from './fixtures.ts'
import { added } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

const hour = 3_600_000

export const consumerGroups = groupOf('consumer groups', [
  law('processes that join and leave share the partitions, and every event takes effect once', async (context) => {
    const lists = versionsProjection(context, { partitions: 4 })
    const first = await context.startRuntime([lists])
    await context.waitUntilHandled(first, [lists.name], await context.appendRounds(1))
    const second = await context.startRuntime([lists], { store: context.other })
    await context.until(
      'two processes have two partitions each',
      async () => `${await sharesOf(context, lists.name)}` === '2,2',
    )
    await context.waitUntilHandled(first, [lists.name], await context.appendRounds(2))
    await first.stop()
    await context.until('the one that stays has all', async () => `${await sharesOf(context, lists.name)}` === '4')
    await context.waitUntilHandled(second, [lists.name], await context.appendRounds(1))
    await expectWhole(context, lists.name)
  }),

  law('a process that stops hands its partitions over at once', async (context) => {
    const { seen, handler, name } = recordingHandler(context)
    // No lease expires here.
    const first = await context.startRuntime([handler], { limits: { leaseTime: hour } })
    await context.waitUntilHandled(first, [name], await context.appendRounds(1))
    await first.stop()
    expectEqual(await sharesOf(context, name), [], 'the owners of partitions after a stop')
    const second = await context.startRuntime([handler], { store: context.other, limits: { leaseTime: hour } })
    await context.waitUntilHandled(second, [name], await context.appendRounds(1))
    expectAll(context, seen)
  }),

  law('another process replaces a killed one, and its effects are there once', async (context) => {
    // The last commit is lost, or only its response.
    for (const how of ['away', 'unheard'] as const) {
      const lists = versionsProjection(context, { partitions: 2 })
      const process = context.process()
      const first = await context.startRuntime([lists], { store: process.store, limits: { batchSize: 4 } })
      await context.waitUntilHandled(first, [lists.name], await context.appendRounds(1))
      process.pause('commits')
      await context.appendRounds(1)
      await context.until('a commit is on the way', () => process.waitingCount() > 0)
      process.kill(how)
      process.resume()
      const stopped = first.stop()
      const second = await context.startRuntime([lists], { store: context.other })
      await context.waitUntilHandled(second, [lists.name], await context.appendRounds(1))
      await stopped
      await expectWhole(context, lists.name)
    }
  }),

  law('the work of a process that was paused for longer than its lease is refused', async (context) => {
    const lists = versionsProjection(context)
    const process = context.process()
    const paused = await context.startRuntime([lists], { store: process.store })
    await context.waitUntilHandled(paused, [lists.name], await context.appendRounds(1))
    process.pause('commits')
    await context.appendRounds(1)
    await context.until('a commit is on the way', () => process.waitingCount() > 0)
    process.pause('everything')
    const [before] = await handlersOf(context, lists.name)
    const other = await context.startRuntime([lists], { store: context.other })
    await context.waitUntilHandled(other, [lists.name], await context.appendRounds(1))
    const [after] = await handlersOf(context, lists.name)
    expectTrue((after?.partitions[0]?.epoch ?? 0) > (before?.partitions[0]?.epoch ?? 0), 'the partition changed hands')
    const page = await readProjection(context, lists.name)
    const beats = process.heartbeatCount()
    process.resume()
    await context.until(
      'what was late has arrived',
      () => process.waitingCount() === 0 && process.heartbeatCount() > beats,
    )
    await expectWhole(context, lists.name)
    expectTrue((await readProjection(context, lists.name)).position >= page.position, 'the checkpoint has gone back')
    await context.waitUntilHandled(other, [lists.name], await context.appendRounds(1))
    await context.waitUntilHandled(paused, [lists.name], await context.append(0, added()))
    await expectWhole(context, lists.name)
  }),

  law('a handler’s signal fires when another member has taken its partition', async (context) => {
    const gate = makeGate()
    let [begun, reported] = [0, 0]
    const slow = recordingHandler(context, (_, { signal }) => async () => {
      begun++
      signal.addEventListener('abort', () => {
        reported++
        gate.open()
      })
      await gate.opened
      return E.right(undefined)
    })
    const process = context.process()
    await context.startRuntime([slow.handler], { store: process.store })
    await context.append(0, added())
    await context.until('it is at work', () => begun > 0)
    process.pause('everything')
    const quick = { ...recordingHandler(context).handler, name: slow.name }
    const other = await context.startRuntime([quick], { store: context.other })
    await context.waitUntilHandled(other, [slow.name], await context.append(1, added()))
    process.resume()
    await context.until('the signal has fired', () => reported > 0)
  }),

  law('the order of each stream is kept when processes come and go', async (context) => {
    const { seen, handler, name } = recordingHandler(context)
    const many = { ...handler, partitions: 3 }
    let last = 0
    let before = await context.startRuntime([many])
    for (let i = 0; i < 3; i++) {
      const [position, next] = await Promise.all([
        context.appendRounds(1),
        context.startRuntime([many], { store: i % 2 === 0 ? context.other : context.store }),
      ])
      last = position
      await before.stop()
      before = next
    }
    await context.waitUntilHandled(before, [name], last)
    expectAll(context, withoutRepeats(seen))
  }),
])
