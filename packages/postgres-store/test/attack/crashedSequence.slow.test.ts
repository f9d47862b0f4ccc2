import { EmbeddedPostgres } from '@foldlog/postgres-embedded'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { type FreshStore, freshStore, newEvent, streamName } from './freshStore.ts'

const stream = streamName('s-1')

const append = async ({ store }: FreshStore): Promise<number> => {
  const appended = await store.append({ stream, expected: 'any', events: [newEvent()] })()
  return E.isRight(appended) ? (appended.right.positions[0] ?? 0) : 0
}

/** Draws 100 positions that will never be used. The server does not write a rollback to the disk at once. */
const drawInVain = ({ sql, store }: FreshStore): Promise<unknown> =>
  sql
    .begin(async (tx) => {
      const events = Array.from({ length: 100 }, () => newEvent())
      await store.inTransaction(tx).append({ stream, expected: 'any', events })()
      throw new Error('rolled back')
    })
    .catch(() => {})

describe('a crash that takes back positions that were drawn and not committed', () => {
  it.each([{}, { filter: { categories: ['other'] } }])(
    'hides nothing that is stored there later from a reader that goes on where it was: %j',
    async (how) => {
      const started = await EmbeddedPostgres.temporary({
        durable: true,
        // Nothing is written to the disk automatically.
        postgresFlags: ['-c', 'wal_writer_delay=10s', '-c', 'wal_writer_flush_after=1GB', '-c', 'autovacuum=off'],
      })()
      if (E.isLeft(started)) throw new Error(started.left.message)
      const fresh = await freshStore(started.right.url, { retryTimeout: 60_000 })
      expect(await append(fresh)).toBe(1)
      // The first rollback after a while is written by a background process that has nothing else to do; the next ones
      // wait for their turn.
      for (let i = 0; i < 3; i++) await drawInVain(fresh)
      const before = await fresh.store.readLog(how)()
      const after = E.isRight(before) ? before.right.position : 0

      expect(await started.right.restart('immediate')()).toMatchObject({ _tag: 'Right' })
      const position = await append(fresh)
      const later = await fresh.store.readLog({ after })()
      expect(later).toMatchObject({ right: { events: [{ stream, version: 2, position }] } })
      await fresh.close()
      await started.right.stop()()
    },
  )
})
