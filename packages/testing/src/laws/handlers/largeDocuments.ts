import type { Json } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { expectEqual, expectTrue } from '../../internal/expectations.ts'
import { left, right } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { commitOf, registerAndLease, view, viewsOf } from './fixtures.ts'
import type { CompleteHandlerStore } from './HandlerLawContext.ts'
import { law } from './handlerLaw.ts'

type Commit = ReturnType<typeof commitOf>

/** A text whose JSON has so many characters. */
const textOf = (size: number): string => 'x'.repeat(size - 2)

/** More numbers than a document may have when each of their digits is written out, and short JSON. */
const manyDigits: Json = Array.from({ length: Math.ceil(Limits.documentSize / 302) }, () => 1e300)

const expectTooLarge = async (store: CompleteHandlerStore, commit: Commit, limit: number, what: string) => {
  const error = await left(store.commit([commit]), what)
  expectEqual(error._tag, 'InvalidInput', what)
  const { why } = error
  expectTrue(why.includes(`at most ${limit} characters of JSON`), `the reason of ${what} names the limit: ${why}`)
}

export const largeDocuments = groupOf('large documents', [
  law('a commit refuses a document that is too large, and keeps one of the greatest size', async ({ store }) => {
    const lease = await registerAndLease(store)
    const largest = textOf(Limits.documentSize)
    const work = (data: Json) => commitOf(lease, [{ kind: 'view', key: 'a', data }])
    await expectTooLarge(store, work(`${largest}x`), Limits.documentSize, 'a text that is too long')
    await expectTooLarge(store, work({ deep: [manyDigits] }), Limits.documentSize, 'numbers with too many digits')
    expectEqual(await viewsOf(store, lease), {}, 'the views')
    expectEqual(await right(store.commit([work(largest)])), ['committed'], 'a document of the greatest size')
    const { documents } = await right(store.listDocuments({ name: lease.name, kind: 'view' }))
    expectTrue(documents[0]?.data === largest, 'the document is read as it was written')
  }),

  law('a commit refuses documents that are too large together', async ({ store }) => {
    const lease = await registerAndLease(store)
    const data = textOf(Limits.documentSize)
    const count = Math.floor(Limits.commitSize / Limits.documentSize) + 1
    const changes = Array.from({ length: count }, (_, i) => ({ kind: 'view', key: `${i}`, data }) as const)
    await expectTooLarge(store, commitOf(lease, changes), Limits.commitSize, 'documents that are too large together')
    expectEqual(await right(store.commit([commitOf(lease, [view('a', 1)])])), ['committed'], 'a later commit')
    expectEqual(await viewsOf(store, lease), { a: 1 }, 'the views')
  }),
])
