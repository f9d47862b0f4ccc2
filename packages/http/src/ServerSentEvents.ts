import type { Json } from '@foldlog/core'
import { NumberOption, UserCode } from '@foldlog/core/store'
import { either as E, function as F } from 'fp-ts'
import { ProblemDetails } from './ProblemDetails.ts'

/**
 * An event for a client of `EventSource`. The client sends the last `id` as `Last-Event-ID` when it reconnects; an
 * event with an `id` and no `data` only updates it. `event` is the name of the listener, `message` when absent. `data`
 * is sent as JSON.
 *
 * @category model
 * @since 0.1.0
 */
export interface ServerSentEvent {
  readonly id?: string | undefined
  readonly event?: string | undefined
  readonly data?: Json | undefined
}

/**
 * Makes the events of one client. The signal fires when the client has disconnected: an iterable that waits must end
 * then.
 *
 * @category model
 * @since 0.1.0
 */
export type EventSourceOf = (signal: AbortSignal) => AsyncIterable<ServerSentEvent>

/**
 * The options of a stream of events. `heartbeat` is the number of milliseconds after which a comment is sent when no
 * event comes, 15,000 when absent: proxies close idle connections. `retry` is the number of milliseconds after which a
 * client connects again, 1,000 when absent.
 *
 * @category model
 * @since 0.1.0
 */
export interface ServerSentEventsOptions {
  readonly heartbeat?: number | undefined
  readonly retry?: number | undefined
}

/**
 * The media type of a stream of events.
 *
 * @category constants
 * @since 0.1.0
 */
const mediaType = 'text/event-stream'

/** A field ends with its line. */
const oneLine = (text: string): string => text.replaceAll(/[\r\n\0]/g, ' ')

/**
 * Returns an event in the format of the stream. JSON has no line breaks outside of its texts, where they are escaped.
 *
 * @category destructors
 * @since 0.1.0
 */
const format = ({ id, event, data }: ServerSentEvent): string =>
  [
    ...(id === undefined ? [] : [`id: ${oneLine(id)}`]),
    ...(event === undefined ? [] : [`event: ${oneLine(event)}`]),
    ...(data === undefined ? [] : [`data: ${JSON.stringify(data)}`]),
    '\n',
  ].join('\n')

/**
 * An event named `problem`, with the problem as its data (RFC 9457). The name is not `error`: clients use that one for
 * connections that fail.
 *
 * @category constructors
 * @since 0.1.0
 */
const problem = (details: ProblemDetails, id?: string): ServerSentEvent => ({
  id,
  event: 'problem',
  data: JSON.parse(ProblemDetails.message(details).body),
})

const milliseconds = (what: string, absent: number, given: number | undefined): number =>
  F.pipe(
    NumberOption.read(what, { min: 1, max: NumberOption.longestTimer, absent }, given),
    E.getOrElse(() => absent),
  )

const internalError = problem({ status: 500, title: 'Internal error', code: 'InternalError' })

const timedOut = Symbol('timedOut')

/** The value of a promise, or `timedOut` after some milliseconds. The timer ends with the promise. */
const within = <A>(promise: Promise<A>, limit: number): Promise<A | typeof timedOut> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(timedOut), limit)
    promise.then(resolve, reject).finally(() => clearTimeout(timer))
  })

/**
 * Makes a response that sends events as they come. Each event is taken from the iterable when the client has taken the
 * last one, so a slow client holds back its own iterable, and nothing piles up. When the client disconnects, the signal
 * fires and the iterable is ended. An iterable that throws ends the stream after a `problem`.
 *
 * @category destructors
 * @since 0.1.0
 *
 * @example
 * ```ts run
 * import { ServerSentEvents } from '@foldlog/http'
 *
 * const request = new Request('http://here/clock')
 * const response = ServerSentEvents.response(request, async function* () {
 *   yield { id: '1', data: { seconds: 1 } }
 *   yield { id: '2', data: { seconds: 2 } }
 * })
 * console.log(await response.text())
 * ```
 *
 * ```text
 * retry: 1000
 *
 * id: 1
 * data: {"seconds":1}
 *
 * id: 2
 * data: {"seconds":2}
 *
 *
 * ```
 */
const response = (request: Request, source: EventSourceOf, options: ServerSentEventsOptions = {}): Response => {
  const heartbeat = milliseconds('heartbeat', 15_000, options.heartbeat)
  const retry = milliseconds('retry', 1_000, options.retry)
  const gone = new AbortController()
  const iterator = UserCode.plain('the source of events', source(gone.signal))[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  let begun = false
  let next: Promise<IteratorResult<ServerSentEvent>> | undefined
  const end = (): void => {
    request.signal.removeEventListener('abort', end)
    gone.abort()
    // There is no place to report the error of an iterable that has ended. `return` may also throw at once, and a
    // listener of a signal must not throw.
    void (async () => iterator.return?.())().catch(UserCode.absorb)
  }
  const take = async (): Promise<string | undefined> => {
    if (!begun) {
      begun = true
      return `retry: ${retry}\n\n`
    }
    next ??= iterator.next()
    const found = await within(next, heartbeat)
    if (found === timedOut) return ':\n\n'
    next = undefined
    return found.done === true ? undefined : format(UserCode.plain('next', found.value))
  }
  const body = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        const text = await take().catch((cause) => {
          UserCode.absorb(cause)
          next = Promise.resolve({ done: true, value: undefined })
          return format(internalError)
        })
        if (gone.signal.aborted) return
        if (text !== undefined) return controller.enqueue(encoder.encode(text))
        end()
        controller.close()
      },
      cancel: end,
    },
    { highWaterMark: 0 },
  )
  request.signal.addEventListener('abort', end)
  if (request.signal.aborted) end()
  return new Response(body, {
    headers: {
      'Content-Type': mediaType,
      'Cache-Control': 'no-store, no-transform',
      // nginx collects an answer before it sends it on, unless this header says no.
      'X-Accel-Buffering': 'no',
    },
  })
}

/**
 * Functions on events that a server sends (the `EventSource` of browsers).
 *
 * @category namespace
 * @since 0.1.0
 */
export const ServerSentEvents = { mediaType, format, problem, response } as const
