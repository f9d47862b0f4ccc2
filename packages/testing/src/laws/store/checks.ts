import type { Append, ExpectedVersion, StreamCheck } from '@foldlog/core'
import { Limits, rewoundConflict, streamDeleted, versionConflict } from '@foldlog/core/store'
import { expectEqual, expectMatch } from '../../internal/expectations.ts'
import { format } from '../../internal/format.ts'
import {
  createDeletedStream,
  createStream,
  expectInvalidInput,
  freshStream,
  left,
  newEvents,
  numbersTo,
  readWholeLog,
  right,
  settledPositionOf,
  untyped,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { checkRaces } from './checkRaces.ts'
import type { LawContext } from './LawContext.ts'
import { law } from './storeLaw.ts'

type Store = LawContext['store']

const appendWith = (...checks: ReadonlyArray<StreamCheck>): Append => ({
  stream: freshStream('checking'),
  expected: 'noStream',
  events: newEvents(1),
  checks,
})

/** Expects that an append is refused, and that the log and its stream stay as they were. */
const refusalOf = async (store: Store, append: Append) => {
  const before = await right(store.streamInfo(append.stream))
  const head = await settledPositionOf(store)
  const error = await left(store.append(append))
  expectEqual(await right(store.streamInfo(append.stream)), before, 'a refused append leaves its stream as it was')
  expectEqual(await readWholeLog(store, { after: head }), [], 'a refused append leaves the log as it was')
  return error
}

const accepted: ReadonlyArray<ExpectedVersion> = ['any', 'streamExists', 3]
const refused: ReadonlyArray<ExpectedVersion> = ['noStream', 0, 2, 4]

const basicLaws = [
  law('an append is stored when the streams that it checks are as expected', async ({ store }) => {
    const open = await createStream(store, 3)
    for (const expected of accepted) {
      const missing = freshStream()
      const append = appendWith({ stream: open, expected }, { stream: missing, expected: 'noStream' })
      expectMatch(await right(store.append(append)), { stream: append.stream, version: 1 }, `${expected}: the result`)
      expectEqual((await right(store.streamInfo(open))).version, 3, `${expected}: the version of the checked stream`)
      expectEqual((await right(store.streamInfo(missing))).status, 'missing', `${expected}: the missing stream`)
      expectEqual((await readWholeLog(store)).at(-1)?.stream, append.stream, `${expected}: the end of the log`)
    }
  }),

  law('an append is refused when a stream that it checks is not as expected', async ({ store }) => {
    const open = await createStream(store, 3)
    for (const expected of refused) {
      const error = await refusalOf(store, appendWith({ stream: open, expected }))
      expectEqual(error, versionConflict(open, expected, 3), `${expected}, at version 3`)
    }
    for (const expected of ['streamExists', 1] as const) {
      const missing = freshStream()
      const error = await refusalOf(store, appendWith({ stream: open, expected: 3 }, { stream: missing, expected }))
      expectEqual(error, versionConflict(missing, expected, 0), `${expected}, of a missing stream`)
    }
  }),

  law('all streams that are not as expected are reported, the written ones first', async ({ store }) => {
    const [written, open] = [await createStream(store, 2), await createStream(store, 3)]
    const missing = freshStream()
    const checks = [
      { stream: open, expected: 1 },
      { stream: freshStream(), expected: 'any' },
      { stream: missing, expected: 'streamExists' },
    ] as const
    const error = await refusalOf(store, { stream: written, expected: 'noStream', events: newEvents(1), checks })
    const others = [
      { stream: open, expected: 1, actual: 3 },
      { stream: missing, expected: 'streamExists', actual: 0 },
    ]
    expectEqual(error, { ...versionConflict(written, 'noStream', 2), others }, 'the error')
  }),

  law('an error names 100 conflicts at most', async ({ store }) => {
    const open = await createStream(store, 1)
    const missing = numbersTo(150).map(() => ({ stream: freshStream(), expected: 'streamExists' }) as const)
    const error = await left(store.append(appendWith({ stream: open, expected: 'noStream' }, ...missing)))
    const others = missing.slice(0, Limits.conflictsPerError - 1).map((one) => ({ ...one, actual: 0 }))
    expectEqual(error, { ...versionConflict(open, 'noStream', 1), others }, 'the error')
  }),

  law('an append checks 1,000 streams at most', async ({ store }) => {
    const checks = numbersTo(Limits.checksPerAppend).map(() => ({ stream: freshStream(), expected: 0 }))
    expectEqual((await right(store.append(appendWith(...checks)))).version, 1, 'the version')
    const tooMany = [...checks, { stream: freshStream(), expected: 0 }]
    await expectInvalidInput(store.append(appendWith(...tooMany)), `${tooMany.length} checks`, 'append')
  }),

  law('an append refuses checks that are not valid', async ({ store }) => {
    const stream = await createStream(store, 1)
    const head = await settledPositionOf(store)
    const good = { stream, expected: 1 }
    const append = appendWith()
    for (const checks of [null, 'text', 7, {}, [null], [undefined], [good, 'text'], [{ stream }], [{ expected: 1 }]])
      await expectInvalidInput(store.append({ ...append, checks: untyped(checks) }), `checks ${format(checks)}`)
    for (const check of [
      { stream: 'nodash', expected: 1 },
      { stream, expected: -1 },
      { stream, expected: 1, history: '' },
    ])
      await expectInvalidInput(store.append({ ...append, checks: [untyped(check)] }), `the check ${format(check)}`)
    for (const checks of [[good, good], [{ stream: append.stream, expected: 'noStream' as const }]])
      await expectInvalidInput(store.append({ ...append, checks }), 'a stream that is named twice', 'append')
    expectEqual(await readWholeLog(store, { after: head }), [], 'the log')
  }),
]

const orderLaws = [
  law(
    'a repeated append gets its first result, whatever has become of the streams that it checked',
    async ({ store }) => {
      const [changed, deleted] = [await createStream(store, 1), await createStream(store, 1)]
      const append = appendWith({ stream: changed, expected: 1 }, { stream: deleted, expected: 1 })
      const first = await right(store.append(append))
      await right(store.append({ stream: changed, expected: 1, events: newEvents(1) }))
      await right(store.deleteStream(deleted, 'any'))
      expectEqual(await right(store.append(append)), { ...first, repeated: true }, 'the result of the repeated append')
    },
    'idempotence',
    'deleteStream',
  ),

  law(
    'a checked stream that is deleted refuses an append, before any version is compared',
    async ({ store }) => {
      const [open, deleted] = [await createStream(store, 1), await createDeletedStream(store, 1)]
      for (const expected of ['any', 'noStream', 'streamExists', 1] as const) {
        const append = appendWith({ stream: open, expected: 7 }, { stream: deleted, expected })
        expectEqual(await refusalOf(store, append), streamDeleted(deleted), `expecting ${expected}`)
      }
    },
    'deleteStream',
  ),

  law('a check can name the history in which its version was read', async ({ store }) => {
    const open = await createStream(store, 2)
    const { history } = await right(store.readStream(open))
    await right(store.append(appendWith({ stream: open, expected: 2, history })))
    const foreign = { stream: open, expected: 2, history: 'another-log' }
    expectEqual(await refusalOf(store, appendWith(foreign)), rewoundConflict(open, 2, 2), 'the history of another log')
    await right(store.append(appendWith({ ...foreign, expected: 'streamExists' })))
  }),

  law(
    'the checks of every part of appendAll hold for all parts',
    async ({ store }) => {
      const open = await createStream(store, 1)
      const [first, second] = [appendWith(), appendWith({ stream: open, expected: 2 })]
      for (const parts of [
        [first, second],
        [second, first],
      ]) {
        expectEqual(await left(store.appendAll(parts)), versionConflict(open, 2, 1), 'the error')
        for (const { stream } of parts)
          expectEqual((await right(store.streamInfo(stream))).status, 'missing', 'a part of it')
      }
      const both = [{ ...first, checks: [{ stream: open, expected: 1 }] }, second]
      await expectInvalidInput(store.appendAll(both), 'a stream that two parts check', 'append')
    },
    'appendAll',
  ),
]

/** Streams that an append only checks. */
export const checks = [...groupOf('checks', [...basicLaws, ...orderLaws], 'checks'), ...checkRaces]
