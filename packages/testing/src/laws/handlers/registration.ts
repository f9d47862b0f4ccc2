import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { firstLease, freshName, registerHandler, sendHeartbeat, viewsOf } from './fixtures.ts'
import { law } from './handlerLaw.ts'

const positionsOf = async (store: Parameters<typeof sendHeartbeat>[0], name: string, generation: number) =>
  (await sendHeartbeat(store, { name, generation }, freshName('member'))).leases.map(({ position }) => position)

export const registration = groupOf('registration', [
  law('registration creates a handler with its partitions, beginning at its start', async ({ store }) => {
    const name = freshName()
    const made = await right(store.register({ name, generation: 1, partitions: 3, start: 7 }))
    expectEqual(
      made,
      { name, generation: 1, partitions: 3, start: 7, serving: 1, role: 'serving', identity: null },
      'the handler',
    )
    expectEqual(await positionsOf(store, name, 1), [7, 7, 7], 'where its partitions begin')
  }),

  law('registering a known handler changes nothing', async ({ store }) => {
    const name = freshName()
    await right(store.register({ name, generation: 1, partitions: 2, start: 7 }))
    const again = await right(store.register({ name, generation: 1, partitions: 5, start: 9 }))
    expectEqual(
      again,
      { name, generation: 1, partitions: 2, start: 7, serving: 1, role: 'serving', identity: null },
      'the handler',
    )
    expectEqual(await positionsOf(store, name, 1), [7, 7], 'where its partitions begin')
  }),

  law('registering another generation leaves the first one serving', async ({ store }) => {
    const { name } = await registerHandler(store, 2)
    const made = await right(store.register({ name, generation: 2, partitions: 4, start: 0 }))
    expectEqual(
      made,
      { name, generation: 2, partitions: 4, start: 0, serving: 1, role: 'building', identity: null },
      'the second generation',
    )
  }),

  law('a later generation begins where the first began, whatever it asks for', async ({ store, other }) => {
    const name = freshName()
    await right(store.register({ name, generation: 1, partitions: 1, start: 7 }))
    for (const start of [0, 9]) {
      const made = await right(other.register({ name, generation: 2, partitions: 2, start }))
      expectEqual(made.start, 7, `the start in the answer, when ${start} is asked for`)
      expectEqual(await positionsOf(store, name, 2), [7, 7], `where its partitions begin, when ${start} is asked for`)
      await right(store.retire(made))
    }
  }),

  law('the first generation that is registered serves, whatever its number', async ({ store }) => {
    const name = freshName()
    const made = await right(store.register({ name, generation: 3, partitions: 1, start: 0 }))
    expectEqual(made.serving, 3, 'the generation that serves')
  }),

  law('8 registrations at once create the handler once', async ({ store }) => {
    const name = freshName()
    const asked = Array.from({ length: 8 }, (_, i) => ({ name, generation: 1, partitions: i + 1, start: 0 }))
    const made = await Promise.all(asked.map((one) => right(store.register(one))))
    expectEqual(
      new Set(made.map(({ partitions }) => partitions)).size,
      1,
      'how many numbers of partitions were reported',
    )
  }),

  law('handlers are separate, whatever their names', async ({ store }) => {
    for (const name of ["O'Brien", 'o’brien', 'a"b', '%', 'ünï 🏦', 'x'.repeat(256)]) {
      const ref = await registerHandler(store, 1, { name })
      const lease = firstLease(await sendHeartbeat(store, ref, freshName('member')))
      await right(store.commit([{ ...lease, position: 1, changes: [{ kind: 'view', key: name, data: name }] }]))
      expectEqual(await viewsOf(store, ref), { [name]: name }, `the views of ${name}`)
    }
  }),
])
