import type { HandlerStore } from '@foldlog/core'
import { type HandlerDocument, Limits, storeUnavailable } from '@foldlog/core/store'
import { expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type CachedDocuments, loadDocuments } from '../../src/internal/handlers/loadDocuments.ts'
import { right } from '../fixtures.ts'

interface Value {
  readonly text: string
}

const documentOf = (key: string): HandlerDocument => ({
  name: 'views',
  generation: 1,
  kind: 'view',
  key,
  partition: 0,
  position: 1,
  data: `stored ${key}`,
  due: null,
  requestedAction: null,
})

/** Documents of a store that has one for every key but `none`; with the keys of each request. */
const documentsWith = (memory: Map<string, Value>) => {
  const requests: Array<ReadonlyArray<string>> = []
  const getDocuments: HandlerStore['getDocuments'] = (_of, keys) => async () => {
    requests.push(keys)
    return E.right(keys.filter((key) => key !== 'none').map(documentOf))
  }
  const documents: CachedDocuments<Value, string> = {
    store: { getDocuments },
    documents: { name: 'views', generation: 1, kind: 'view' },
    memory,
    absent: { text: 'absent' },
    decode: ({ key, data }) => (key === 'broken' ? E.left('broken') : E.right({ text: String(data) })),
  }
  return { documents, requests }
}

it('only the missing documents are read, each once', async () => {
  const { documents, requests } = documentsWith(new Map([['a', { text: 'in memory' }]]))
  const lookup = right(await loadDocuments(documents, ['a', 'b', 'none', 'b']))
  expect(requests).toEqual([['b', 'none']])
  expect([lookup('a'), lookup('b'), lookup('none')]).toEqual([
    E.right({ text: 'in memory' }),
    E.right({ text: 'stored b' }),
    E.right({ text: 'absent' }),
  ])
})

it('when nothing is missing, nothing is read', async () => {
  const { documents, requests } = documentsWith(new Map([['a', { text: 'in memory' }]]))
  right(await loadDocuments(documents, ['a']))
  expect(requests).toEqual([])
})

it('a document that cannot be decoded is an error of its key only', async () => {
  const { documents } = documentsWith(new Map())
  const lookup = right(await loadDocuments(documents, ['broken', 'b']))
  expect([lookup('broken'), lookup('b')]).toEqual([E.left('broken'), E.right({ text: 'stored b' })])
})

it('documents are read a page at a time', async () => {
  const { documents, requests } = documentsWith(new Map())
  const keys = Array.from({ length: Limits.pageSize + 1 }, (_, i) => `${i}`)
  const lookup = right(await loadDocuments(documents, keys))
  expect(requests.map(({ length }) => length)).toEqual([Limits.pageSize, 1])
  expect(lookup(`${Limits.pageSize}`)).toEqual(E.right({ text: `stored ${Limits.pageSize}` }))
})

it('the lookup finds what memory has forgotten since', async () => {
  const memory = new Map([['a', { text: 'in memory' }]])
  const { documents } = documentsWith(memory)
  const lookup = right(await loadDocuments(documents, ['a']))
  memory.clear()
  expect(lookup('a')).toEqual(E.right({ text: 'in memory' }))
})

it('an error of the store is the result', async () => {
  const away = storeUnavailable('away', true, undefined)
  const { documents } = documentsWith(new Map())
  const store = { getDocuments: () => async () => E.left(away) }
  expect(await loadDocuments({ ...documents, store }, ['a'])).toEqual(E.left(away))
})
