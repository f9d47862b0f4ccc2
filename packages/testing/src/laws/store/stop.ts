import type { taskEither as TE } from 'fp-ts'
import { expectEqual, expectMatch } from '../../internal/expectations.ts'
import {
  createStream,
  expectInvalidInput,
  freshStream,
  left,
  newEvent,
  newEvents,
  numbersTo,
  right,
  yieldToOthers,
} from '../fixtures.ts'
import { groupOf } from '../Law.ts'
import { law } from './storeLaw.ts'

export const stop = groupOf(
  'stop',
  [
    law('a stop makes every operation unavailable, for good', async ({ store, can }) => {
      const stream = await createStream(store, 1)
      const append = { stream, expected: 'any', events: newEvents(1) } as const
      const prepared = store.append(append)
      await store.stop()
      const tasks: ReadonlyArray<readonly [string, TE.TaskEither<unknown, unknown>]> = [
        ['an append made before', prepared],
        ['append', store.append(append)],
        ['readStream', store.readStream(stream)],
        ['readLog', store.readLog()],
        ['streamInfo', store.streamInfo(stream)],
        ...(can('appendAll') ? [['appendAll', store.appendAll([append])] as const] : []),
        ...(can('findEvents') ? [['findEvents', store.findEvents([newEvent().id])] as const] : []),
        ...(can('deleteStream') ? [['deleteStream', store.deleteStream(stream, 'any')] as const] : []),
        ...(can('snapshots') ? [['readFromSnapshot', store.readFromSnapshot(stream, 1)] as const] : []),
        ...(can('snapshots')
          ? [['saveSnapshot', store.saveSnapshot({ stream, version: 1, schemaVersion: 1, state: 1 })] as const]
          : []),
      ]
      for (const [what, task] of tasks) {
        const error = await left(task, what)
        expectMatch(error, { _tag: 'StoreUnavailable', retryable: false }, what)
        expectEqual(typeof Reflect.get(Object(error), 'why'), 'string', `${what}: why`)
      }
    }),

    law('a stop does nothing before it is called, and may be called twice', async ({ store }) => {
      const { stop: end } = store
      await right(store.append({ stream: freshStream(), expected: 'any', events: newEvents(1) }))
      await Promise.all([end(), end()])
      await end()
    }),

    law('a stop lets work in progress end normally', async ({ store }) => {
      const stream = freshStream()
      const appends = numbersTo(50).map(() => right(store.append({ stream, expected: 'any', events: newEvents(1) })))
      const reading = right(store.readLog())
      const [appended] = await Promise.all([Promise.all(appends), reading, store.stop()])
      const versions = appended.map(({ version }) => version)
      expectEqual(
        versions.sort((one, other) => one - other),
        numbersTo(50),
        'versions',
      )
    }),

    law('a stop ends when no operation is in progress', async ({ store }) => {
      await createStream(store, 1_000)
      let answered = 0
      const reads = numbersTo(20).map(async () => {
        await store.readLog()()
        answered++
      })
      await store.stop()
      // The answers have arrived; one turn passes them to their callers.
      await yieldToOthers()
      expectEqual(answered, 20, 'reads that were answered')
      await Promise.all(reads)
    }),

    law('a stopped store still refuses bad input as bad input', async ({ store }) => {
      await store.stop()
      await expectInvalidInput(store.append({ stream: freshStream(), expected: 'any', events: [] }), 'no events')
      await expectInvalidInput(store.readLog({ count: 0 }), 'count 0', 'count')
    }),
  ],
  'stop',
)
