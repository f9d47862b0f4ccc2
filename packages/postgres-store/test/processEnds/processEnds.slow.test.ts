import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { ParkedEvent, RuntimeStatus } from '@foldlog/subscriptions'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type FreshStore, freshStore, newEvent, streamName, until } from '../attack/freshStore.ts'
import { right } from '../fixtures.ts'

const program = fileURLToPath(new URL('worker.mjs', import.meta.url))

const leaseTime = 600

/** The handler of the worker ends the process, or never returns, at the event with this number. */
const deadly = 7

let fresh: FreshStore

beforeEach(async () => {
  fresh = await freshStore()
})

afterEach(() => fresh.close())

/** A process with the handler; `text` is what it has written. */
const startWorker = (kind: string, how: string) => {
  const child = spawn(process.execPath, [program, fresh.url, fresh.schema, kind, how, `${leaseTime}`], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    text += more
  })
  child.stdin.on('error', () => {})
  let hasEnded = false
  const ended = once(child, 'close').then(() => {
    hasEnded = true
  })
  return {
    text: () => text,
    hasEnded: () => hasEnded,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    end: async () => {
      child.stdin.end()
      await ended
    },
  }
}

const handledIn = (text: string): ReadonlyArray<number> =>
  [...text.matchAll(/handled (\d+)\n/g)].map(([, position]) => Number(position))

const streams = ['a', 'b', 'c', 'd'] as const

/** Appends events with these numbers to the streams in turn, the deadly one to the stream `b`. */
const appendThings = async (from: number, to: number): Promise<void> => {
  for (let n = from; n <= to; n++) {
    const stream = streamName(`thing-${n === deadly ? 'b' : streams[n % streams.length]}`)
    const event = { ...newEvent(), type: 'Happened', schemaVersion: 1, data: { n } }
    await right(fresh.store.append({ stream, expected: 'any', events: [event] }))
  }
}

const cases = [
  ['EventHandler', 'ends'],
  ['EventHandler', 'loops'],
  ['BatchHandler', 'ends'],
  ['TransactionalHandler', 'ends'],
  ['Projection', 'loops'],
  ['ProcessManager', 'ends'],
] as const

describe('an event that ends every process', () => {
  it.each(cases)('is parked by the %s whose process %s, and all others are handled in order', async (kind, how) => {
    await appendThings(1, 40)
    const texts: Array<string> = []
    let ends = 0
    let worker = startWorker(kind, how)
    const parked = () => right(ParkedEvent.list(fresh.store, kind))
    const isDone = async (): Promise<boolean> => {
      const status = (await right(RuntimeStatus.read(fresh.store))).handlers.find(({ name }) => name === kind)
      return (await parked()).length > 0 && status?.lag === 0
    }
    // The supervisor: it kills what loops, and starts what has ended.
    for (let done = false; !done; ) {
      await until(async () => {
        done = await isDone()
        return done || worker.hasEnded() || worker.text().includes('looping')
      })
      if (done) break
      await worker.kill()
      texts.push(worker.text())
      ends++
      expect(ends).toBeLessThanOrEqual(8)
      worker = startWorker(kind, how)
    }
    await worker.end()
    texts.push(worker.text())

    const found = await parked()
    expect(found[0]).toMatchObject({ stream: 'thing-b', behind: false, attempts: 3 })
    expect(found[0]?.why).toContain('the process ended 3 times while it handled this event')
    expect(found.slice(1).every(({ behind, stream }) => behind && stream === 'thing-b')).toBe(true)
    const log = (await right(fresh.store.readLog({}))).events
    const positions = new Set(found.map(({ position }) => position))
    const expected = log.filter(({ position }) => !positions.has(position))
    const handled = texts.map(handledIn)
    expect([...new Set(handled.flat())].sort((a, b) => a - b)).toEqual(expected.map(({ position }) => position))
    const streamAt = new Map(log.map(({ position, stream }) => [position, stream]))
    for (const one of handled) {
      for (const stream of new Set(streamAt.values())) {
        const own = one.filter((position) => streamAt.get(position) === stream)
        expect(own).toEqual(own.toSorted((a, b) => a - b))
      }
    }
  })
})
