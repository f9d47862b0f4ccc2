import type { Json, StreamName } from '@foldlog/core'
import { Limits } from '@foldlog/core/store'
import { option as O } from 'fp-ts'
import { expectEqual, expectMatch } from '../../internal/expectations.ts'
import { forAll } from '../../internal/forAll.ts'
import { concurrently, createStream, expectInvalidInput, freshStream, newEvents, right, untyped } from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'
import { trickyJson } from './trickyJson.ts'

const save = (store: LawContext['store'], stream: StreamName, version: number, state: Json, schemaVersion = 1) =>
  right(store.saveSnapshot({ stream, version, schemaVersion, state }))

/** The snapshot as [version, state], the versions behind it, the version of the stream, the end. */
const load = async (store: LawContext['store'], stream: StreamName, schemaVersion = 1, count?: number) => {
  const { snapshot, page: slice } = await right(store.readFromSnapshot(stream, schemaVersion, count))
  if (O.isSome(snapshot)) expectMatch(snapshot.value, { stream, schemaVersion }, 'the snapshot')
  expectEqual(slice.stream, stream, 'the stream of the slice')
  const kept = O.isSome(snapshot) ? [snapshot.value.version, snapshot.value.state] : undefined
  return { kept, behind: slice.events.map(({ version }) => version), version: slice.version, end: slice.end }
}

const badParts: ReadonlyArray<readonly [string, object]> = [
  ['stream name', { stream: '$all' }],
  ['stream name', { stream: undefined }],
  ...[0, -1, 1.5, Number.NaN, 2 ** 53, '1', null, undefined].map((version) => ['version', { version }] as const),
  ...[0, -1, 1.5, Number.NaN, 32_768, '1', null, undefined].map(
    (schemaVersion) => ['schemaVersion', { schemaVersion }] as const,
  ),
  ...[undefined, Number.NaN, -0, 1n, '\u0000', '\ud800', () => 1].map((state) => ['state', { state }] as const),
  ['state', { state: 'x'.repeat(Limits.documentSize - 1) }],
  ['state', { state: Array.from({ length: Math.ceil(Limits.documentSize / 302) }, () => 1e300) }],
]

export const snapshots = groupOf(
  'snapshots',
  [
    law('reading a stream without a snapshot returns the whole stream, from its beginning', async ({ store }) => {
      const stream = await createStream(store, 3)
      const whole = { kept: undefined, behind: [1, 2, 3], version: 3, end: true }
      expectEqual(await load(store, stream), whole, 'all of it')
      expectEqual(await load(store, stream, 1, 2), { ...whole, behind: [1, 2], end: false }, 'two events of it')
      const { events } = await right(store.readStream(stream))
      expectEqual((await right(store.readFromSnapshot(stream, 1))).page.events, events, 'its events')
    }),

    law('reading an unknown stream returns no snapshot, and an empty page of version 0', async ({ store }) => {
      expectEqual(
        await load(store, freshStream()),
        { kept: undefined, behind: [], version: 0, end: true },
        'what is read',
      )
    }),

    law('a snapshot comes with the events behind it, at most `count`', async ({ store }) => {
      const stream = await createStream(store, 5)
      await save(store, stream, 2, { sum: 3 })
      const found = { kept: [2, { sum: 3 }], behind: [3, 4, 5], version: 5, end: true }
      expectEqual(await load(store, stream), found, 'all behind it')
      expectEqual(await load(store, stream, 1, 3), found, 'just as many as there are')
      expectEqual(await load(store, stream, 1, 2), { ...found, behind: [3, 4], end: false }, 'one fewer')
      await save(store, stream, 5, { sum: 15 })
      const atEnd = { kept: [5, { sum: 15 }], behind: [], version: 5, end: true }
      expectEqual(await load(store, stream), atEnd, 'at the end')
      await right(store.append({ stream, expected: 5, events: newEvents(1) }))
      expectEqual(await load(store, stream), { ...atEnd, behind: [6], version: 6 }, 'after one more event')
    }),

    law('a snapshot comes with at most 1,000 events by default', async ({ store }) => {
      const stream = await createStream(store, 1_001)
      await right(store.append({ stream, expected: 1_001, events: newEvents(1) }))
      await save(store, stream, 1, 'one')
      const { behind, end } = await load(store, stream)
      expectEqual([behind.length, end], [1_000, false], 'events and end')
    }),

    law('a snapshot has a schema version; a reader of another one never sees it', async ({ store }) => {
      const stream = await createStream(store, 3)
      await save(store, stream, 1, 'old shape', 1)
      await save(store, stream, 2, 'new shape', 32_767)
      expectEqual((await load(store, stream, 1)).kept, [1, 'old shape'], 'shape 1')
      expectEqual((await load(store, stream, 32_767)).kept, [2, 'new shape'], 'shape 32,767')
      expectEqual(
        await load(store, stream, 2),
        { kept: undefined, behind: [1, 2, 3], version: 3, end: true },
        'shape 2',
      )
    }),

    law('only a newer snapshot replaces a snapshot', async ({ store }) => {
      const stream = await createStream(store, 4)
      await save(store, stream, 2, 'at 2')
      await save(store, stream, 1, 'at 1')
      await save(store, stream, 2, 'at 2 again')
      expectEqual((await load(store, stream)).kept, [2, 'at 2'], 'the newest, as it was saved first')
      await save(store, stream, 3, 'at 3')
      expectEqual((await load(store, stream)).kept, [3, 'at 3'], 'a newer one')
    }),

    law('a snapshot of a missing stream, or beyond the end of a stream, is not saved', async ({ store }) => {
      const missing = freshStream()
      await save(store, missing, 1, 'never')
      expectEqual((await right(store.streamInfo(missing))).status, 'missing', 'the missing stream')
      const stream = await createStream(store, 1)
      await save(store, stream, 2, 'too far')
      await save(store, stream, Number.MAX_SAFE_INTEGER, 'much too far')
      await right(store.append({ stream, expected: 1, events: newEvents(1) }))
      expectEqual(
        await load(store, stream),
        { kept: undefined, behind: [1, 2], version: 2, end: true },
        'when it comes so far',
      )
      await right(store.append({ stream: missing, expected: 'noStream', events: newEvents(1) }))
      expectEqual((await load(store, missing)).kept, undefined, 'when it is there')
    }),

    law('of many snapshots that are saved at once the newest remains', async ({ store, other }) => {
      const stream = await createStream(store, 20)
      await concurrently(20, (i) => save(i % 2 === 0 ? store : other, stream, ((i * 7) % 20) + 1, i))
      expectEqual((await load(store, stream)).kept?.[0], 20, 'the version kept')
    }),

    law('a snapshot comes back unchanged', async ({ store, runs }) => {
      await forAll(trickyJson, runs(50), async (state) => {
        const stream = await createStream(store, 1)
        await save(store, stream, 1, state)
        expectEqual((await load(store, stream)).kept, [1, state], 'the snapshot')
      })
    }),

    law('an invalid snapshot is refused', async ({ store }) => {
      const stream = await createStream(store, 3)
      const good = { stream, version: 1, schemaVersion: 1, state: {} }
      for (const [what, part] of badParts) {
        await expectInvalidInput(store.saveSnapshot(untyped({ ...good, ...part })), `a bad ${what}`, what)
      }
      for (const nothing of [undefined, null, 'snapshot']) {
        await expectInvalidInput(store.saveSnapshot(untyped(nothing)), String(nothing))
      }
      expectEqual((await load(store, stream)).kept, undefined, 'what is kept')
    }),

    law('an invalid schema version or count is refused in a read', async ({ store }) => {
      const stream = await createStream(store, 1)
      for (const shape of [0, 32_768, 1.5, Number.NaN, '1', null, undefined]) {
        await expectInvalidInput(store.readFromSnapshot(stream, untyped(shape)), `shape ${shape}`, 'schemaVersion')
      }
      for (const count of [0, 10_001, 1.5, null]) {
        await expectInvalidInput(store.readFromSnapshot(stream, 1, untyped(count)), `count ${count}`, 'count')
      }
    }),
  ],
  'snapshots',
)
