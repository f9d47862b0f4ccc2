import { Aggregate, CommandCodec, describeUnknown, EventCodec, type Logger } from '@foldlog/core'
import { UserCode } from '@foldlog/core/store'
import { makeDispatcher } from '@foldlog/dispatcher'
import { Responder, Route, Routes } from '@foldlog/http'
import { makeMemoryStore } from '@foldlog/memory-store'
import { failOnUnhandled, odd, oddNames } from '@foldlog/test-kit'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

// Every function of a route and of its environment returns and throws every kind of JavaScript value. Each request is
// answered, the log names the function, and Node sees no unhandled rejection, which would end the process.

failOnUnhandled({ beforeEach, afterEach })

const counter = Aggregate.make({
  category: 'counter',
  commands: CommandCodec.make({ Count: t.strict({}) }),
  events: EventCodec.make({ Counted: t.strict({}) }),
  id: () => 'a',
  decider: {
    initialState: 0,
    evolve: (n: number) => n + 1,
    decide: () => E.right([{ type: 'Counted' as const, data: {} }]),
  },
})

type Call = () => never

/** One function of a route, or of the environment, and the name under which it is reported. */
interface Door {
  readonly reported: string
  readonly method?: 'GET'
  readonly environment?: (call: Call) => object
  readonly route?: (call: Call) => object
}

const command = { name: 'count', path: '/', to: () => ({ type: 'Count' as const, data: {} }) }
const query = { name: 'show', path: '/', answer: t.unknown, handle: () => TE.right({ body: 1 }) }
const stream = { name: 'follow', path: '/', events: () => E.right(async function* () {}) }

const ofCommand = (option: string, more: object = {}): Door => ({
  reported: `${option} of count`,
  route: (call) => Route.command({ ...command, ...more, [option]: call } as never),
})

const doors: Readonly<Record<string, Door>> = {
  to: ofCommand('to'),
  'the task of to': {
    reported: 'to of count',
    route: (call) => Route.command({ ...command, to: () => call } as never),
  },
  id: ofCommand('id', { creates: { counter: t.string } }),
  reply: ofCommand('reply', { answer: t.unknown }),
  handle: { reported: 'handle of show', method: 'GET', route: (call) => Route.query({ ...query, handle: call }) },
  'the task of handle': {
    reported: 'handle of show',
    method: 'GET',
    route: (call) => Route.query({ ...query, handle: () => call }),
  },
  'the body of an answer': {
    reported: '',
    method: 'GET',
    route: (call) => Route.query({ ...query, handle: () => async () => E.right({ body: call() }) }),
  },
  events: { reported: 'events of follow', method: 'GET', route: (call) => Route.events({ ...stream, events: call }) },
  'the task of events': {
    reported: 'events of follow',
    method: 'GET',
    route: (call) => Route.events({ ...stream, events: () => call }),
  },
  'the source of events': {
    reported: '',
    method: 'GET',
    route: (call) => Route.events({ ...stream, events: () => E.right(call) }),
  },
  dispatch: { reported: 'dispatch', environment: (dispatch) => ({ dispatch }) },
  'the task of dispatch': { reported: 'dispatch', environment: (call) => ({ dispatch: () => call }) },
  waitFor: { reported: 'waitFor', environment: (waitFor) => ({ waitFor }) },
  'the task of waitFor': { reported: 'waitFor', environment: (call) => ({ waitFor: () => call }) },
  authenticate: { reported: 'authenticate', environment: (authenticate) => ({ authenticate }) },
  'the task of authenticate': { reported: 'authenticate', environment: (call) => ({ authenticate: () => call }) },
  settledPosition: { reported: 'settledPosition', method: 'GET', environment: (call) => ({ settledPosition: call }) },
}

const ways: Readonly<Record<string, (value: () => never) => Call>> = {
  returned: (value) => value,
  thrown: (value) => () => {
    throw value()
  },
  // A function that is seen to be `async` is refused when the route is made. This one is not seen to be.
  'rejected by a promise': (value) => () => Promise.resolve().then(value) as never,
}

/** What is logged as an error, as text. */
const recording = (lines: Array<string>): Logger => {
  const ignore = () => {}
  return {
    debug: ignore,
    info: ignore,
    warn: ignore,
    error: (_, facts) => lines.push(describeUnknown(facts?.['error'])),
  }
}

const answerOf = async ({ environment, route, method }: Door, call: Call) => {
  const logged: Array<string> = []
  const { dispatch } = makeDispatcher({ store: makeMemoryStore(), aggregates: [counter], cache: 10 })
  const served = {
    dispatch,
    waitFor: () => TE.right(undefined),
    settledPosition: TE.right(0),
    respond: Responder.make({}, { logger: recording(logged) }),
    ...environment?.(call),
  }
  const own = route?.(call) ?? (method === 'GET' ? Route.query({ ...query, handlers: ['h'] }) : Route.command(command))
  const handle = Routes.toFetch(Routes.make(served as never, [own as never]))
  const body = method === 'GET' ? {} : { method: 'POST', body: '{}' }
  const headers = { 'Content-Type': 'application/json', Prefer: 'wait=1' }
  const late = new Promise<never>((_, reject) => setTimeout(reject, 5_000, new Error('it hangs')).unref())
  const request = new Request('http://here.example/', { headers, ...body })
  const response = await Promise.race([handle(request), late])
  const text = await Promise.race([response.text(), late])
  return { status: response.status, text, logged }
}

/** A right is an answer, whatever is in it. */
const isRight = (name: string): boolean => {
  const value = odd(name)
  UserCode.absorb(value)
  return E.getOrElse(() => false)(UserCode.run('tag', () => Reflect.get(Object(value), '_tag') === 'Right'))
}

/** What JavaScript says when it uses what is not there. */
const ofJavaScript = /Cannot (read|destructure|use|convert)|is not (iterable|a function|defined)|undefined \(/

describe('an odd value', () => {
  it.each(Object.keys(doors).flatMap((door) => Object.keys(ways).map((way) => [door, way] as const)))(
    'of %s, %s, is answered, and the log says what was wrong',
    async (name, way) => {
      const door = doors[name]
      const make = ways[way]
      if (door === undefined || make === undefined) throw new Error('no such case')
      for (const oddName of oddNames) {
        const fail = (why: string) => new Error(`${oddName}: ${why}`)
        const outcome = await answerOf(
          door,
          make(() => odd(oddName)),
        ).catch((cause: unknown) => {
          throw fail(`the handler rejects: ${describeUnknown(cause)}`)
        })
        const { status, text, logged } = outcome
        if (status !== 500) continue
        if (logged.length !== 1) throw fail(`${text}, ${logged.length} lines`)
        const [line = ''] = logged
        // The value may have thrown it by itself.
        if (way !== 'returned' || door.reported === '') continue
        if (ofJavaScript.test(line) && !isRight(oddName)) throw fail(line)
      }
    },
  )

  it('names the function and what it must return', async () => {
    const lineOf = async (door: string, call: Call) => {
      const { status, logged } = await answerOf(doors[door] ?? { reported: '' }, call)
      expect(status).toBe(500)
      return logged[0]
    }
    const late = () => Promise.resolve(E.right(undefined)) as never
    const expected: Readonly<Record<string, string>> = {
      to: 'to of count must return a command, an Either or a TaskEither, not a promise',
      id: 'id of count must return a value, not a promise',
      reply: 'reply of count must return a value, not a promise',
      handle: 'handle of show must return a TaskEither, not a promise',
      events: 'events of follow must return an Either or a TaskEither, not a promise',
      dispatch: 'dispatch must return a TaskEither, not a promise',
      waitFor: 'waitFor must return a TaskEither, not a promise',
      authenticate: 'authenticate must return a TaskEither, not a promise',
    }
    for (const [door, line] of Object.entries(expected)) expect(await lineOf(door, late)).toBe(line)
    const nothing = () => undefined as never
    for (const door of ['to', 'handle', 'events', 'dispatch', 'authenticate'])
      expect(await lineOf(`the task of ${door}`, nothing)).toBe(
        `the task of ${doors[door]?.reported} must return an Either, not undefined`,
      )
  })

  it('that is thrown is logged as it is', async () => {
    const own = new Error('mine', { cause: new Error('of it') })
    for (const door of ['to', 'handle', 'events', 'dispatch', 'authenticate', 'id', 'reply']) {
      const { logged } = await answerOf(doors[door] ?? { reported: '' }, () => {
        throw own
      })
      expect(logged).toEqual([describeUnknown(own)])
    }
  })
})

describe('an iterable of events', () => {
  const iterators: Readonly<Record<string, (value: Call) => object>> = {
    next: (next) => ({ next }),
    'the result of next': (value) => ({ next: async () => value() }),
    'the event of next': (value) => ({ next: async () => ({ done: false, value: value() }), return: async () => {} }),
    return: (end) => ({ next: async () => ({ done: true }), return: end }),
  }

  it.each(Object.keys(iterators))('may have an odd %s, and its answer ends', async (part) => {
    for (const way of Object.keys(ways))
      for (const oddName of oddNames) {
        let calls = 0
        const call = ways[way]?.(() => odd(oddName)) ?? odd
        const iterator = iterators[part]?.(call as Call) ?? {}
        const next = Reflect.get(iterator, 'next') as () => unknown
        // It ends by itself: an odd event may be a good one.
        const ending = { ...iterator, next: () => (++calls > 2 ? Promise.resolve({ done: true }) : next()) }
        const source = () => ({ [Symbol.asyncIterator]: () => ending })
        const route = Route.events({ ...stream, events: () => E.right(source as never) })
        const { status } = await answerOf({ reported: '', method: 'GET', route: () => route }, () => odd('null'))
        if (status !== 200) throw new Error(`${oddName}: ${status}`)
      }
  })

  it('whose end throws does so in silence when the client disconnects', async () => {
    for (const oddName of oddNames) {
      const end = () => {
        throw odd(oddName)
      }
      const source = () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}), return: end }) })
      const route = Route.events({ ...stream, events: () => E.right(source as never) })
      const environment = { dispatch: () => {}, waitFor: () => {}, settledPosition: TE.right(0) }
      const [served] = Routes.make({ ...environment, respond: Responder.make({}) } as never, [route as never])
      const client = new AbortController()
      const request = new Request('http://here.example/', { signal: client.signal })
      await served?.handle(request, {})
      client.abort()
    }
  })
})

describe('a logger', () => {
  it('changes no answer, whatever it returns or throws', async () => {
    for (const way of Object.keys(ways))
      for (const oddName of oddNames) {
        const call = ways[way]?.(() => odd(oddName)) as never
        const logger = { debug: call, info: call, warn: call, error: call }
        const respond = Responder.make({}, { logger })
        const value = odd(oddName)
        UserCode.absorb(value)
        const answer = await respond(new Request('http://here.example/'), () => Promise.reject(value))
        expect([oddName, answer.status]).toEqual([oddName, 500])
      }
  })
})
