import { describe, expect, it } from '@jest/globals'
import type { taskEither as TE } from 'fp-ts'
import { freshStream, headOf, left, newEvents, right, streamOf, untyped } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

const noCounts = [0, -1, 1.5, 10_001, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 1n]
const noPlaces = [-1, 1.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '1', null, 1n]
const noNameLists = [[], '', 'name', [''], ['a', ''], [1], [null], [undefined], ['\u0000'], ['\ud83d'], null, 7, {}]
const noExpectations = [-1, 1.5, 2 ** 53, Number.NaN, '', '0', 'exists', 'Any', null, undefined, 1n, {}, ['any']]
const noObjects = [undefined, null, 'text', 7, true]

export const describeBadInput = (makeStore: MakeStore): void => {
  describe('arguments that types would not allow', () => {
    const store = sharedStore(makeStore)

    /** Refused as a value: nothing thrown, no promise rejected, nothing written. */
    const expectInvalid = async <L, A>(
      task: TE.TaskEither<L, A>,
      what: unknown = expect.any(String),
    ): Promise<void> => {
      const head = await headOf(store())
      expect(await left(task)).toEqual({ _tag: 'InvalidInput', what, why: expect.any(String) })
      expect(await headOf(store())).toBe(head)
    }

    it('append: no object, or with parts missing', async () => {
      for (const none of [...noObjects, {}, [], { expected: 'any', events: newEvents(1) }]) {
        await expectInvalid(store().append(untyped(none)))
      }
    })

    it('appendAll: no array, or one that holds what is no append', async () => {
      for (const none of [...noObjects, {}]) {
        await expectInvalid(store().appendAll(untyped(none)))
        await expectInvalid(store().appendAll(untyped([none])))
        await expectInvalid(
          store().appendAll(untyped([{ stream: freshStream(), expected: 'any', events: newEvents(1) }, none])),
        )
      }
    })

    it('append: no events', async () => {
      for (const events of [
        ...noObjects,
        [],
        {},
        { length: 1, 0: newEvents(1)[0] },
        new Array(2),
        new Set(newEvents(1)),
      ]) {
        await expectInvalid(store().append(untyped({ stream: freshStream(), expected: 'any', events })))
      }
    })

    it('append and deleteStream: no expected version', async () => {
      const stream = await streamOf(store(), 1)
      for (const expected of noExpectations) {
        await expectInvalid(store().append(untyped({ stream, expected, events: newEvents(1) })))
        await expectInvalid(store().deleteStream(stream, untyped(expected)), 'expected')
      }
      expect((await right(store().streamInfo(stream))).status).toBe('open')
    })

    it('readStream: no version, count or direction', async () => {
      const stream = await streamOf(store(), 1)
      const read = (options: object | null) => store().readStream(stream, untyped(options))
      for (const from of noPlaces) await expectInvalid(read({ from }), 'from')
      for (const count of noCounts) await expectInvalid(read({ count }), 'count')
      for (const direction of ['', 'up', 'Forward', null, 1]) await expectInvalid(read({ direction }), 'direction')
      await expectInvalid(read(null))
    })

    it('readLog: no position, count or filter', async () => {
      const read = (options: object | null) => store().readLog(untyped(options))
      for (const after of noPlaces) await expectInvalid(read({ after }), 'after')
      for (const count of noCounts) await expectInvalid(read({ count }), 'count')
      for (const list of ['categories', 'streams', 'types']) {
        for (const names of noNameLists) await expectInvalid(read({ filter: { [list]: names } }), `filter.${list}`)
      }
      for (const streamPrefix of ['', '\u0000', '\ud83d', 7, null, ['a'], {}]) {
        await expectInvalid(read({ filter: { streamPrefix } }), 'filter.streamPrefix')
      }
      for (const filter of [null, 7, 'filter']) await expectInvalid(read({ filter }), 'filter')
      await expectInvalid(read(null))
    })
  })
}
