import type { Logger } from '@foldlog/core'
import { storeUnavailable } from '@foldlog/core/store'
import { makeMemoryStore } from '@foldlog/memory-store'
import { type PulledEvent, type PullOptions, type PullSubscription, pull } from '@foldlog/subscriptions'
import { expect, it } from '@jest/globals'
import { either as E } from 'fp-ts'
import { added, append, interceptCalls, right, until } from './fixtures.ts'

/** The facts of a line that a test compares. */
interface Line {
  readonly level: keyof Logger
  readonly message: string
  readonly facts: Readonly<Record<string, unknown>>
}

const collectLines = () => {
  const lines: Array<Line> = []
  const at =
    (level: keyof Logger): Logger['info'] =>
    (message, facts) =>
      void lines.push({ level, message, facts })
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  const waitFor = (level: keyof Logger, message: string) =>
    until(() => lines.some((line) => line.level === level && line.message === message))
  return { logger, lines, waitFor }
}

const named = { handler: 'mails', generation: 1_000_000 }

const pullOf = (store: PullOptions['store'], options: Partial<PullOptions>): PullSubscription =>
  pull({ store, name: 'mails', leaseTime: 600, pollInterval: 50, ...options })

const next = async (subscription: PullSubscription): Promise<PulledEvent> => {
  const { value } = await subscription.next()
  if (value === undefined) throw new Error('the subscription has ended')
  return right(value)
}

/** A store with two events, of which some requests get no answer. */
const prepared = async () => {
  const memory = makeMemoryStore()
  await append(memory, 1, added(1), added(2))
  const away = new Set<string>()
  const store = interceptCalls(
    memory,
    (name, request) => async () => (away.has(name) ? E.left(storeUnavailable('away', true, undefined)) : request()),
  )
  return { memory, store, away, ...collectLines() }
}

it('a pull subscription logs that this process takes it over, and that another one has it', async () => {
  const { memory, store, away, logger, lines, waitFor } = await prepared()
  const first = pullOf(store, { logger })
  const { ack } = await next(first)
  await next(first)
  ack()
  await until(async () => right(await memory.checkpoints(['mails'])()).positions['mails'] === 1)
  expect(lines).toMatchObject([
    { level: 'info', message: 'this process takes a pull subscription over', facts: { ...named, position: 0 } },
  ])
  // It cannot renew its lease, and another process takes over.
  away.add('heartbeat')
  const second = pullOf(memory, {})
  expect((await next(second)).event.position).toBe(2)
  await waitFor('warn', 'a heartbeat failed')
  away.clear()
  await waitFor('info', 'a pull subscription is held by another process')
  // What is delivered and not acknowledged, is delivered again there.
  expect(lines.at(-1)?.facts).toMatchObject({ ...named, position: 1, unacknowledged: 1 })
  await first.return()
  await second.return()
})

it.each([
  ['readLog', 'the log cannot be read, retrying'],
  ['register', 'a pull subscription cannot be registered, retrying'],
])('a pull subscription logs that a request fails: %s', async (request, message) => {
  const { store, away, logger, lines, waitFor } = await prepared()
  away.add(request)
  const subscription = pullOf(store, { logger })
  const reading = next(subscription)
  await waitFor('warn', message)
  const [line] = lines.filter((one) => one.message === message)
  expect(line?.facts).toMatchObject({ ...named, attempts: 0, why: { _tag: 'StoreUnavailable' } })
  away.clear()
  await reading
  await subscription.return()
})

it('a pull subscription logs that acknowledgements cannot be stored', async () => {
  const { store, away, logger, waitFor } = await prepared()
  const subscription = pullOf(store, { logger })
  const { ack } = await next(subscription)
  away.add('commit')
  ack()
  await waitFor('warn', 'acknowledgements cannot be stored, retrying')
  away.clear()
  await subscription.return()
})

it('a pull subscription logs the error with which it ends', async () => {
  const { memory, logger, lines } = await prepared()
  const before = pullOf(memory, {})
  await before.next()
  await before.return()
  const refused = pullOf(memory, { logger, filter: { categories: ['other'] } })
  expect((await refused.next()).value).toMatchObject({ left: { _tag: 'HandlerMismatch' } })
  expect(lines).toMatchObject([
    { level: 'error', message: 'a pull subscription has ended', facts: { ...named, error: 'HandlerMismatch' } },
  ])
  expect(lines[0]?.facts['why']).toContain('mails')
})

it('a pull subscription is not disturbed by a logger that throws', async () => {
  const { memory } = await prepared()
  const throwing = (): never => {
    throw new Error('the disk is full')
  }
  const logger: Logger = { debug: throwing, info: throwing, warn: throwing, error: throwing }
  const subscription = pullOf(memory, { logger })
  expect((await next(subscription)).event.position).toBe(1)
  await subscription.return()
})
