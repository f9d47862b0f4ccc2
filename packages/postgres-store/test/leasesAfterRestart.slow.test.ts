import { EmbeddedPostgres } from '@foldlog/postgres-embedded'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { freshStore } from './attack/freshStore.ts'
import { right } from './fixtures.ts'
import { handlerCalls, hour } from './handlerFixtures.ts'

describe('a server that was away for longer than a lease', () => {
  it('lets every live member keep its partitions: the first heartbeat takes over only from dead members', async () => {
    const started = await EmbeddedPostgres.temporary({ durable: true })()
    if (E.isLeft(started)) throw new Error(started.left.message)
    const { store, watcher, schema, close } = await freshStore(started.right.url, { retryTimeout: 60_000 })
    await handlerCalls(() => store).register('handler', 6)
    const beat = async (member: string, capacity: number, leaseTime = hour) => {
      const asked = { name: 'handler', generation: 1, member, leaseTime, capacity, report: null }
      const [answer] = await right(store.heartbeat([asked]))
      return answer?.leases.map(({ partition, epoch }) => [partition, epoch])
    }
    const holders = async () => (await right(store.handlerStatuses))[0]?.partitions.map(({ holder }) => holder)
    await beat('first', 2)
    await beat('second', 2)
    await beat('dead', 2, 1)

    // As if the server had been away for two hours, in which no member could renew its leases.
    await watcher.unsafe(`update "${schema}".handler_members set until = until - interval '2 hours'`)
    expect(await started.right.restart('immediate')()).toMatchObject({ _tag: 'Right' })
    expect(await holders()).toEqual(['first', 'first', 'second', 'second', null, null])
    expect(await beat('first', 100)).toEqual([
      [0, 1],
      [1, 1],
      // After a restart epochs rise by a random number: see foldlog.next_epoch.
      [4, expect.any(Number)],
    ])
    expect(await beat('second', 100)).toEqual([
      [2, 1],
      [3, 1],
      [5, expect.any(Number)],
    ])
    await close()
    await started.right.stop()()
  })
})
