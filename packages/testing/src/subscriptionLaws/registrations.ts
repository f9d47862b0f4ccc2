import { groupOf } from '../handlerLaws/HandlerLaw.ts'
import { holds, same } from '../internal/expectation.ts'
import { right } from '../laws/given.ts'
import { forgetting } from './forgetting.ts'
import { expectAll, expectWhole, firsts, listing, noting } from './given.ts'
import { law } from './SubscriptionLaw.ts'
import { added } from './World.ts'

export const registrations = groupOf('registrations', [
  law('that are lost stop a handler with effects, with the reason, until it is registered again', async (world) => {
    const process = world.process()
    const { store, forget } = forgetting(process.store)
    const { seen, handler, name } = noting(world)
    const runtime = await world.run([handler], { store })
    const position = await world.append('a', added(1))
    await world.handled(runtime, [name], position)
    forget()
    await world.append('a', added(2))
    const statusOf = async () => (await right(runtime.status, 'the status')).handlers.find((one) => one.name === name)
    await world.until('the status says that it has stopped', async () => (await statusOf())?.state === 'stopped')
    const status = await statusOf()
    same(status?.reasons.length, 1, 'how many reasons there are')
    holds(status?.reasons[0]?.includes(`${position}`) === true, 'the reason does not name the last checkpoint')
    // Events that were under way may have been handled, and are handled again.
    const handled = seen.length
    const last = await world.append('a', added(3))
    const beats = process.beats()
    await world.until('it has said several times that it lives', () => process.beats() > beats + 3)
    same(seen.length, handled, 'how many events are handled without a registration')
    await right(store.register({ name, generation: 1_000_000, partitions: 1, start: position }), 'registering it again')
    await world.handled(runtime, [name], last)
    expectAll(world, firsts(seen))
    await world.until('the status says that it runs', async () => (await statusOf())?.state !== 'stopped')
  }),

  law('that are lost have a projection built again from its start', async (world) => {
    const { store, forget } = forgetting(world.store)
    const projection = listing(world, { partitions: 2 })
    const runtime = await world.run([projection], { store })
    await world.handled(runtime, [projection.name], await world.write(2))
    forget()
    await world.handled(runtime, [projection.name], await world.append(0, added()))
    await expectWhole({ ...world, store }, projection.name)
  }),
])
