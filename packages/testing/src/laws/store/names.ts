import type { StreamName } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { option as O } from 'fp-ts'
import { expectEqual } from '../../internal/expectations.ts'
import {
  expectInvalidInput,
  newEvents,
  readStreamFromLog,
  right,
  settledPositionOf,
  streamNamed,
  untyped,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from './storeLaw.ts'

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

export const names = groupOf('stream names', [
  law('any of these names is a stream of its own, in every operation', async ({ store, can }) => {
    const streams = good.map(streamNamed)
    for (const [i, stream] of streams.entries()) {
      await right(store.append({ stream, expected: 'noStream', events: newEvents((i % 3) + 1) }))
      if (can('snapshots')) await right(store.saveSnapshot({ stream, version: 1, schemaVersion: 1, state: stream }))
    }
    for (const [i, stream] of streams.entries()) {
      const version = (i % 3) + 1
      const { events } = await right(store.readStream(stream))
      expectEqual(
        events.map((event) => event.stream),
        Array.from({ length: version }, () => stream),
        'streams of the events read',
      )
      expectEqual(await readStreamFromLog(store, stream), events, `${stream} in the log`)
      if (can('filters')) {
        expectEqual(
          (await right(store.readLog({ filter: { streams: [stream] } }))).events,
          events,
          `${stream} as a filter`,
        )
      }
      if (can('snapshots')) {
        const { snapshot } = await right(store.readFromSnapshot(stream, 1))
        expectEqual(O.toUndefined(snapshot)?.state, stream, 'the snapshot')
      }
    }
    for (const [i, stream] of can('deleteStream') ? streams.entries() : []) {
      const version = (i % 3) + 1
      expectEqual(await right(store.deleteStream(stream, version)), { stream, status: 'deleted', version }, 'deleted')
    }
  }),

  law('an invalid name is refused in every operation', async ({ store, can }) => {
    const head = await settledPositionOf(store)
    for (const [what, value] of bad) {
      const stream: StreamName = untyped(value)
      const append = { stream, expected: 'any', events: newEvents(1) } as const
      const tasks = [
        store.append(append),
        store.readStream(stream),
        store.streamInfo(stream),
        ...(can('appendAll') ? [store.appendAll([append])] : []),
        ...(can('deleteStream') ? [store.deleteStream(stream, 'any')] : []),
        ...(can('snapshots')
          ? [store.readFromSnapshot(stream, 1), store.saveSnapshot({ stream, version: 1, schemaVersion: 1, state: 1 })]
          : []),
      ]
      for (const task of tasks) await expectInvalidInput<unknown, unknown>(task, what, 'stream name')
    }
    expectEqual(await settledPositionOf(store), head, 'the head of the log')
  }),
])
