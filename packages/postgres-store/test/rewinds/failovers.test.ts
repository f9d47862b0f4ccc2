import { migrate, postgresStore } from '@foldlog/postgres-store'
import { connect, FailoverPair, until } from '@foldlog/test-kit'
import { describe, expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { newEvent, streamName } from '../attack/freshStore.ts'
import { right } from '../given.ts'

const failovers = 2
const writers = 8

describe('failovers to a synchronous standby', () => {
  it('lose nothing that was acknowledged and store nothing twice, while others write', async () => {
    const pair = await FailoverPair.start()
    const sql = connect(pair.url, { max: 4 })
    await right(migrate({ sql }))
    const store = postgresStore({ sql, timeout: 3_000, patience: 60_000 })
    let over = false
    try {
      const acknowledged: Array<string> = []
      let next = 0
      const write = async (): Promise<void> => {
        while (!over) {
          const event = newEvent({})
          const append = { stream: streamName(`s-${next++}`), expected: 'noStream', events: [event] } as const
          let outcome = await store.append(append)()
          // Nobody knows what became of it, so the same is sent again.
          while (E.isLeft(outcome) && outcome.left._tag === 'StoreUnavailable') outcome = await store.append(append)()
          if (E.isLeft(outcome)) throw new Error(JSON.stringify(outcome.left))
          acknowledged.push(event.id)
        }
      }
      const writing = Promise.all(Array.from({ length: writers }, write))
      for (let i = 0; i < failovers; i++) {
        const before = acknowledged.length
        await until('writers to write', () => acknowledged.length > before + 100)
        await pair.failOver()
      }
      const before = acknowledged.length
      await until('writers to write', () => acknowledged.length > before + 100)
      over = true
      await writing
      const stored = new Set<string>()
      for (let position = 0, end = false; !end; ) {
        const page = await right(store.readLog({ after: position, count: 1_000 }))
        for (const { id } of page.events) {
          expect(stored.has(id)).toBe(false)
          stored.add(id)
        }
        position = page.position
        end = page.end
      }
      expect(acknowledged.filter((id) => !stored.has(id))).toEqual([])
      expect(stored.size).toBe(acknowledged.length)
    } finally {
      over = true
      await store.stop()
      await sql.end({ timeout: 1 })
      await pair.close()
    }
  }, 180_000)
})
