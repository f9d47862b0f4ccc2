import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { expectAll, expectWhole, recordingHandler, versionsProjection, withoutRepeats } from './fixtures.ts'
import { forgetting } from './forgetting.ts'
import { added } from './RuntimeLawContext.ts'
import { law } from './runtimeLaw.ts'

export const registrations = groupOf('registrations', [
  law(
    'a lost registration stops a handler with effects, with the reason, until it is registered again',
    async (context) => {
      const process = context.process()
      const { store, forget } = forgetting(process.store)
      const { seen, handler, name } = recordingHandler(context)
      const runtime = await context.startRuntime([handler], { store })
      const position = await context.append('a', added(1))
      await context.waitUntilHandled(runtime, [name], position)
      forget()
      await context.append('a', added(2))
      const statusOf = async () => (await right(runtime.status, 'the status')).handlers.find((one) => one.name === name)
      await context.until('the status reports the stop', async () => (await statusOf())?.state === 'stopped')
      const status = await statusOf()
      expectEqual(status?.reasons.length, 1, 'how many reasons there are')
      expectTrue(status?.reasons[0]?.includes(`${position}`) === true, 'the reason does not name the last checkpoint')
      // Events in progress may have been handled, and are handled again.
      const handled = seen.length
      const last = await context.append('a', added(3))
      const beats = process.heartbeatCount()
      await context.until('it has said several times that it lives', () => process.heartbeatCount() > beats + 3)
      expectEqual(seen.length, handled, 'how many events are handled without a registration')
      await right(
        store.register({ name, generation: 1_000_000, partitions: 1, start: position }),
        'registering it again',
      )
      await context.waitUntilHandled(runtime, [name], last)
      expectAll(context, withoutRepeats(seen))
      await context.until('the status says that it runs', async () => (await statusOf())?.state !== 'stopped')
    },
  ),

  law('a lost registration makes a projection rebuild from its start', async (context) => {
    const { store, forget } = forgetting(context.store)
    const projection = versionsProjection(context, { partitions: 2 })
    const runtime = await context.startRuntime([projection], { store })
    await context.waitUntilHandled(runtime, [projection.name], await context.appendRounds(2))
    forget()
    await context.waitUntilHandled(runtime, [projection.name], await context.append(0, added()))
    await expectWhole({ ...context, store }, projection.name)
  }),
])
