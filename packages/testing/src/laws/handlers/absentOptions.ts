import { expectEqual } from '../../internal/expectations.ts'
import { right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { commitOf, firstLease, freshName, sendHeartbeat, view } from './fixtures.ts'
import { law } from './handlerLaw.ts'

export const absentOptions = groupOf('absent options', [
  law('an option of a handler that is undefined is absent', async ({ store }) => {
    const of = { name: freshName(), generation: 1 }
    const options = { identity: undefined, replaces: undefined }
    await right(store.register({ ...of, partitions: 1, start: 0, ...options }))
    const lease = firstLease(await sendHeartbeat(store, of, freshName('member')))
    const change = { ...view('a'), due: undefined }
    await right(store.commit([{ ...commitOf(lease, [change, view('b')]), sourcePosition: undefined }]))
    const query = { name: of.name, kind: 'view' } as const
    const parts = { generation: undefined, partitions: undefined, where: undefined, prefix: undefined }
    const absent = await right(store.listDocuments({ ...query, ...parts, after: undefined, count: undefined }))
    expectEqual(absent, await right(store.listDocuments(query)), 'the page')
    expectEqual(
      absent.documents.map(({ key }) => key),
      ['a', 'b'],
      'the keys',
    )
  }),
])
