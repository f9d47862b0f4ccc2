import { type ExpectedVersion, streamDeleted, streamNotFound, versionConflict } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { deletedStreamOf, freshStream, left, newEvents, right, streamOf, wholeLog } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

const all: ReadonlyArray<ExpectedVersion> = ['any', 'noStream', 'streamExists', 0, 2, 3, 4]
const right3: ReadonlyArray<ExpectedVersion> = ['any', 'streamExists', 3]

export const describeDelete = (makeStore: MakeStore): void => {
  describe('deleteStream', () => {
    const store = sharedStore(makeStore)

    for (const expected of all) {
      it(`of a missing stream, expecting ${expected}: not found`, async () => {
        const stream = freshStream()
        expect(await left(store().deleteStream(stream, expected))).toEqual(streamNotFound(stream))
        expect((await right(store().streamInfo(stream))).status).toBe('missing')
      })

      it(`of a deleted stream, expecting ${expected}: deleted already`, async () => {
        const stream = await deletedStreamOf(store(), 3)
        expect(await left(store().deleteStream(stream, expected))).toEqual(streamDeleted(stream))
      })
    }

    for (const expected of right3) {
      it(`of a stream at version 3, expecting ${expected}: tells its last version`, async () => {
        const stream = await streamOf(store(), 3)
        const info = { stream, status: 'deleted', version: 3 }
        expect(await right(store().deleteStream(stream, expected))).toEqual(info)
        expect(await right(store().streamInfo(stream))).toEqual(info)
      })
    }

    for (const expected of all.filter((one) => !right3.includes(one))) {
      it(`of a stream at version 3, expecting ${expected}: conflict, the stream stays`, async () => {
        const stream = await streamOf(store(), 3)
        expect(await left(store().deleteStream(stream, expected))).toEqual(versionConflict(stream, expected, 3))
        expect((await right(store().readStream(stream))).events).toHaveLength(3)
      })
    }

    it('is for good: no read, no append, no snapshot; other streams do not notice', async () => {
      const stream = await streamOf(store(), 3, 'gone')
      const neighbour = await streamOf(store(), 2, 'gone')
      await right(store().saveSnapshot({ stream, version: 3, schemaVersion: 1, state: 'old' }))
      await right(store().deleteStream(stream, 3))
      const deleted = streamDeleted(stream)
      expect(await left(store().readStream(stream))).toEqual(deleted)
      expect(await left(store().readFromSnapshot(stream, 1))).toEqual(deleted)
      for (const expected of all) {
        expect(await left(store().append({ stream, expected, events: newEvents(1) }))).toEqual(deleted)
      }
      await right(store().saveSnapshot({ stream, version: 3, schemaVersion: 1, state: 'new' }))
      expect(await left(store().readFromSnapshot(stream, 1))).toEqual(deleted)
      expect(await wholeLog(store(), { filter: { streams: [stream] } })).toHaveLength(3)
      expect((await right(store().readStream(neighbour))).events).toHaveLength(2)
    })

    it('8 times at once: one deletes, the others find it deleted', async () => {
      for (let round = 0; round < 10; round++) {
        const stream = await streamOf(store(), 2)
        const outcomes = await Promise.all(Array.from({ length: 8 }, () => store().deleteStream(stream, 2)()))
        expect(outcomes.filter(E.isRight)).toHaveLength(1)
        for (const late of outcomes.filter(E.isLeft)) expect(late.left).toEqual(streamDeleted(stream))
      }
    })

    it('beside appends: each of them comes before it or is refused, and the version it tells is the last', async () => {
      for (let round = 0; round < 20; round++) {
        const stream = await streamOf(store(), 1)
        const append = () => store().append({ stream, expected: 'any', events: newEvents(1) })()
        const before = [append(), append(), append(), append()]
        const deleting = right(store().deleteStream(stream, 'any'))
        const appends = await Promise.all([...before, append(), append(), append()])
        const { version } = await deleting
        for (const refused of appends.filter(E.isLeft)) expect(refused.left).toEqual(streamDeleted(stream))
        expect(version).toBe(1 + appends.filter(E.isRight).length)
        expect(await wholeLog(store(), { filter: { streams: [stream] } })).toHaveLength(version)
      }
    })
  })
}
