import { taskEither as TE } from 'fp-ts'
import { expectEqual, fail } from '../../internal/expectations.ts'
import { freshId, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { handlersOf } from './fixtures.ts'
import { type Input, noting, orderManager, send, settled } from './processFixtures.ts'
import { added, broken, type RuntimeLawContext } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

/** Number of events of other processes before the one that cancels the timer: several pages. */
const others = 200

const pageSize = 50

const recordedAt = async ({ store }: RuntimeLawContext, position: number): Promise<number> => {
  const { events } = await right(store.readLog({ after: position - 1, count: 1 }))
  return events[0]?.recordedAt.getTime() ?? fail(`there is no event at position ${position}`)
}

/** A process sets a timer, and an event that cancels it is appended in time, while no runtime is there. */
const timerAfterDowntime = async (context: RuntimeLawContext, delay: number): Promise<boolean> => {
  const { sent, dispatch } = noting(() => TE.right(undefined))
  const [late, id] = [context.streamOf(freshId()), freshId()]
  let due = 0
  const manager = orderManager(context, (_, input: Input) => {
    if (input._tag === 'TimerFired') return send('Fired', 0)
    if (input._tag !== 'EventHappened' || input.event.stream !== context.streamOf(id)) return []
    if (input.event.event.type === 'Broken') return [{ _tag: 'Cancel', timer: 'payment' }]
    return [{ _tag: 'Schedule', timer: 'payment', at: new Date(due) }]
  })
  due = (await recordedAt(context, await context.append(late, added()))) + delay
  const first = await context.startRuntime([manager], { dispatch })
  await context.waitUntilHandled(first, [manager.name], await context.append(id, added()))
  await first.stop()
  await context.append('other', ...Array.from({ length: others }, () => added()))
  const cancelled = await context.append(id, broken)
  // A slow machine has appended it too late.
  if ((await recordedAt(context, cancelled)) >= due || sent.length > 0) return false
  const [{ generation, partitions } = fail('the manager is not known')] = await handlersOf(context, manager.name)
  const numbers = partitions.map(({ partition }) => partition)
  await context.until('the timer is due', async () => {
    const found = await right(context.store.dueDocuments({ name: manager.name, generation }, numbers, 1))
    return found.documents.length > 0
  })
  const second = await context.startRuntime([manager], { dispatch, limits: { pageSize } })
  await context.waitUntilHandled(second, [manager.name], cancelled)
  await settled(context, manager.name)
  expectEqual(sent.length, 0, 'how many timers have fired')
  await second.stop()
  return true
}

export const lateTimers = groupOf('process managers', [
  law('a timer that was due in a downtime fires after the events that were in the log before it', async (context) => {
    for (let delay = 500; !(await timerAfterDowntime(context, delay)); delay *= 4);
  }),
])
