import { Limits, type StreamName } from '@foldlog/core'
import { describe, expect, it } from '@jest/globals'
import { option as O } from 'fp-ts'
import { headOf, left, newEvents, right, streamNamed, untyped } from './given.ts'
import { type MakeStore, sharedStore } from './TestStore.ts'

const good = [
  "o'brien-1",
  'quo"ted-"1"',
  'with space- 1 ',
  'with space- 1',
  'emoji🙂-👩‍👩‍👧',
  "x'); drop table streams;---1",
  'percent%-%',
  'under_score-_',
  'back\\slash-\\',
  'dollar-$all',
  'a$-$body$',
  'json-{"a":[1]}',
  'many-dashes-in-the-id',
  'dash--',
  'case-A',
  'case-a',
  'Case-a',
  'nfc-\u00e9',
  'nfc-e\u0301',
  'null-null',
  'number-1',
  'number-01',
  'rtl-\u05d0\u05d1',
  'separator-\u2028',
  'constructor-__proto__',
  `long-${'x'.repeat(Limits.streamName - 5)}`,
  `${'語'.repeat(Limits.streamName - 2)}-1`,
]

const bad: ReadonlyArray<readonly [string, unknown]> = [
  ['nothing', ''],
  ['no dash', 'account'],
  ['no category', '-1'],
  ['no id', 'account-'],
  ['$all', '$all'],
  ['a leading $', '$all-1'],
  ['513 characters', `long-${'x'.repeat(Limits.streamName - 4)}`],
  ['10,000 characters', `long-${'x'.repeat(9_995)}`],
  ['NUL', 'a-\u0000'],
  ['a line break', 'a-1\n'],
  ['a tab', 'a-\t'],
  ['a C1 control', 'a-\u0085'],
  ['half a surrogate pair', 'a-\ud83d'],
  ['the other half', 'a-\ude42'],
  ['a number', 1],
  ['null', null],
  ['undefined', undefined],
  ['an array', ['a-1']],
  ['an object', { toString: () => 'a-1' }],
]

export const describeNames = (makeStore: MakeStore): void => {
  describe('a stream name', () => {
    const store = sharedStore(makeStore)

    it('may be any of these, each another stream, in every operation', async () => {
      const streams = good.map(streamNamed)
      for (const [i, stream] of streams.entries()) {
        await right(store().append({ stream, expected: 'noStream', events: newEvents((i % 3) + 1) }))
        await right(store().saveSnapshot({ stream, version: 1, schemaVersion: 1, state: stream }))
      }
      for (const [i, stream] of streams.entries()) {
        const version = (i % 3) + 1
        const { events } = await right(store().readStream(stream))
        expect(events.map((event) => event.stream)).toEqual(Array.from({ length: version }, () => stream))
        expect((await right(store().readLog({ filter: { streams: [stream] } }))).events).toEqual(events)
        const { snapshot } = await right(store().readFromSnapshot(stream, 1))
        expect(O.toUndefined(snapshot)?.state).toBe(stream)
        expect(await right(store().deleteStream(stream, version))).toEqual({ stream, status: 'deleted', version })
      }
    })

    for (const [what, value] of bad) {
      it(`is refused in every operation: ${what}`, async () => {
        const head = await headOf(store())
        const stream: StreamName = untyped(value)
        const append = { stream, expected: 'any', events: newEvents(1) } as const
        const invalid = { _tag: 'InvalidInput', what: 'stream name', why: expect.any(String) }
        expect(await left(store().append(append))).toEqual(invalid)
        expect(await left(store().appendAll([append]))).toEqual(invalid)
        expect(await left(store().readStream(stream))).toEqual(invalid)
        expect(await left(store().streamInfo(stream))).toEqual(invalid)
        expect(await left(store().deleteStream(stream, 'any'))).toEqual(invalid)
        expect(await left(store().readFromSnapshot(stream, 1))).toEqual(invalid)
        expect(await left(store().saveSnapshot({ stream, version: 1, schemaVersion: 1, state: 1 }))).toEqual(invalid)
        expect(await headOf(store())).toBe(head)
      })
    }
  })
}
