import { makeMemoryStore } from '@foldlog/memory-store'
import {
  boundaryLaws,
  checkLaws,
  describeReport,
  type StoreCapability,
  storeCapabilities,
  storeLaws,
} from '@foldlog/testing/laws'
import { describe, expect, it } from '@jest/globals'
import { listStore } from './exampleStore.ts'
import { memoryRewinding } from './memoryRewinding.ts'

/** The capabilities that the example of docs/writing-a-store.md does not claim. */
const capabilities = {
  appendAll: false,
  deleteStream: false,
  filters: false,
  findEvents: false,
  largeAppends: false,
  rewinds: false,
  snapshots: false,
  stop: false,
}

it('the example of the guide keeps the laws that it claims', async () => {
  const report = await checkLaws(storeLaws, {
    makeStore: async () => ({ store: listStore() }),
    capabilities,
    numRuns: 30,
  })()
  expect(report.broken).toEqual([])
  expect(report.kept.length).toBeGreaterThan(60)
})

const everyCapability = Object.keys(storeCapabilities).map((name) => name as StoreCapability) // Its own keys.

describe('the laws of a store', () => {
  // A store that throws at everything it does not claim: laws must not use that, not even in passing.
  it.each(everyCapability)('ask a store for nothing that it does not claim: %s', async (capability) => {
    const functionsOf: Readonly<Record<StoreCapability, ReadonlyArray<string>>> = {
      snapshots: ['saveSnapshot', 'readFromSnapshot'],
      checks: [],
      conditions: ['readMatching', 'lastMatching'],
      filters: [],
      idempotence: [],
      inspection: ['searchLog', 'listStreams', 'countEvents', 'listTimers'],
      largeAppends: [],
      openAppends: ['openAppends'],
      rewinds: [],
      appendAll: ['appendAll'],
      deleteStream: ['deleteStream'],
      findEvents: ['findEvents'],
      stop: ['stop'],
      taggings: ['addTags', 'requireTags', 'promoteTagging', 'taggings'],
    }
    const functions = functionsOf[capability]
    const without = (all: object) => Object.fromEntries(Object.entries(all).filter(([key]) => !functions.includes(key)))
    const { readLog, append, readStream, streamInfo, ...others } = makeMemoryStore()
    expect(Object.keys(without(others)).length).toBe(Object.keys(others).length - functions.length)
    const makeStore = async () => {
      const { readLog: read, ...store } = makeMemoryStore()
      const unfiltered: typeof read = (options) => {
        if (capability === 'filters' && options?.filter !== undefined) throw new Error('filtered')
        return read(options)
      }
      return {
        store: {
          append: store.append,
          readStream: store.readStream,
          streamInfo: store.streamInfo,
          ...without(store),
          readLog: unfiltered,
        },
        ...(capability === 'rewinds' ? undefined : { rewinding: memoryRewinding(store) }),
      }
    }
    const options = {
      makeStore,
      capabilities: { [capability]: false, largeAppends: false, openAppends: false },
      numRuns: 5,
    }
    // These laws only append, and are slow.
    const laws = [...storeLaws, ...boundaryLaws].filter(({ group }) => group !== 'invalid events')
    const { broken, kept } = await checkLaws(laws, options)()
    expect(broken).toEqual([])
    expect(kept.length).toBeGreaterThan(60)
  })

  it('are reported as text: each broken law with its failure, each skipped law with its reason', async () => {
    const makeStore = async () => {
      const store = makeMemoryStore()
      return { store: { ...store, stop: async () => {} }, rewinding: memoryRewinding(store) }
    }
    const setup = { makeStore, capabilities: { snapshots: false, largeAppends: false }, numRuns: 1 }
    const text = describeReport(await checkLaws(storeLaws, setup)())
    expect(text).toMatch(/^\d+ laws kept, 1 broken, \d+ skipped$/m)
    expect(text).toMatch(
      /^broken: stop: a stop makes every operation unavailable, for good\n {4}an append made before: expected an error, got /m,
    )
    expect(text).toMatch(/^skipped: snapshots: .*: the store does not claim snapshots \(keeps snapshots\)$/m)
  })
})
