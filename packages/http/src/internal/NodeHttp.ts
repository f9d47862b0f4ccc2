/**
 * The parts of Node's `IncomingMessage` that an adapter reads. They are structural, so that this package needs neither
 * Node nor its types.
 */
export interface Incoming {
  readonly method?: string | undefined
  readonly url?: string | undefined
  readonly rawHeaders: ReadonlyArray<string>
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly httpVersionMajor: number
  readonly destroyed: boolean
  readonly readableEnded: boolean
  readonly readableDidRead: boolean
  readonly socket: object
  on(event: string, listener: (...values: Array<never>) => void): unknown
  pause(): unknown
  resume(): unknown
}

/** The parts of Node's `ServerResponse` that an adapter writes. */
export interface Outgoing {
  statusCode: number
  readonly destroyed: boolean
  readonly headersSent: boolean
  readonly writableFinished: boolean
  getHeader(name: string): unknown
  setHeader(name: string, value: string | ReadonlyArray<string>): unknown
  flushHeaders(): void
  write(chunk: Uint8Array): boolean
  end(): unknown
  destroy(error?: Error): unknown
  once(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
}

const disconnected = (): Error => new Error('the client has disconnected')

/**
 * The body of a request as a stream. Nothing is read before the first pull: when the response ends, Node discards a
 * body of which nothing was read. The stream pauses the connection when its reader is slow. A cancelled body is read on
 * and discarded, because a connection with an unread body cannot be used again.
 */
const bodyStream = (incoming: Incoming): ReadableStream<Uint8Array> => {
  let started = false
  let done = false
  const start = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
    const end = (finish: () => void) => (): void => {
      if (!done) finish()
      done = true
    }
    incoming.on('data', (chunk: Uint8Array | string) => {
      if (done) return
      controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk)
      incoming.pause()
    })
    incoming.on(
      'end',
      end(() => controller.close()),
    )
    incoming.on(
      'error',
      end(() => controller.error(disconnected())),
    )
    incoming.on(
      'close',
      end(() => controller.error(disconnected())),
    )
    if (incoming.destroyed && !incoming.readableEnded) end(() => controller.error(disconnected()))()
  }
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        if (!started) start(controller)
        started = true
        incoming.resume()
      },
      cancel: () => {
        done = true
        incoming.resume()
      },
    },
    { highWaterMark: 0 },
  )
}

const hasBody = ({ method, headers, httpVersionMajor, readableEnded }: Incoming): boolean => {
  if (method === 'GET' || method === 'HEAD') return false
  if (headers['transfer-encoding'] !== undefined) return true
  const length = headers['content-length']
  return length === undefined ? httpVersionMajor >= 2 && !readableEnded : Number(length) > 0
}

/** What a parser before the adapter has made of the body: `body` of Express and Fastify, `rawBody` of some plugins. */
export interface ParsedBody {
  readonly body?: unknown | undefined
  readonly rawBody?: unknown | undefined
}

const isText = (body: unknown): body is string | Uint8Array<ArrayBuffer> =>
  typeof body === 'string' || body instanceof Uint8Array

/** The body for a `Request`. One that a parser has read is written again: a digest does not count white space. */
const bodyOf = (
  incoming: Incoming,
  { body, rawBody }: ParsedBody,
): ReadableStream<Uint8Array> | string | Uint8Array<ArrayBuffer> | null => {
  if (!hasBody(incoming)) return null
  if (!incoming.readableDidRead && !incoming.readableEnded) return bodyStream(incoming)
  if (isText(rawBody)) return rawBody
  if (isText(body)) return body
  if (body !== undefined) return JSON.stringify(body)
  throw new Error('The body of the request was read before its route: put it into `request.body` or `request.rawBody`.')
}

const headersOf = ({ rawHeaders }: Incoming): Headers => {
  const headers = new Headers()
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    // HTTP/2 has its own fields, such as `:path`, among the headers.
    if (!name.startsWith(':')) headers.append(name, rawHeaders[i + 1] ?? '')
  }
  return headers
}

/** Whether a request names its whole address: `GET http://here/things`, as for a proxy. */
const isAbsolute = (target: string): boolean => /^https?:\/\//i.test(target)

/**
 * Makes the `Request` of a message. `origin` is its scheme and host, `target` its path and query as the client sent
 * them. The signal fires when the client disconnects before its response has ended. It throws when the address is
 * invalid.
 */
const toRequest = (
  incoming: Incoming,
  outgoing: Outgoing,
  { origin, target, parsed = {} }: { readonly origin: string; readonly target: string; readonly parsed?: ParsedBody },
): Request => {
  const url = new URL(isAbsolute(target) ? target : `${origin}${target}`)
  const aborted = new AbortController()
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) aborted.abort(disconnected())
  })
  const body = bodyOf(incoming, parsed)
  // Node requires `duplex` for a stream; the types do not have it.
  const init: RequestInit & { readonly duplex: 'half' } = {
    method: incoming.method ?? 'GET',
    headers: headersOf(incoming),
    signal: aborted.signal,
    duplex: 'half',
    ...(body === null ? undefined : { body }),
  }
  return new Request(url, init)
}

const setHeaders = (outgoing: Outgoing, headers: Headers): void => {
  for (const [name, value] of headers) if (name !== 'set-cookie') outgoing.setHeader(name, value)
  const cookies = headers.getSetCookie()
  if (cookies.length === 0) return
  const before = [outgoing.getHeader('Set-Cookie') ?? []].flat().map(String)
  outgoing.setHeader('Set-Cookie', [...before, ...cookies])
}

/** Waits until a slow client has received the written data, or has disconnected. */
const drained = (outgoing: Outgoing): Promise<void> =>
  new Promise((resolve) => {
    const go = (): void => {
      outgoing.off('drain', go)
      outgoing.off('close', go)
      resolve()
    }
    outgoing.once('drain', go)
    outgoing.once('close', go)
    if (outgoing.destroyed) go()
  })

/**
 * Writes a response, a part at a time: the next part of its body is read when the client has taken the last. A client
 * that disconnects ends the body. A body that fails destroys the connection, because the client must not take half of
 * it for all of it.
 */
const write = async (outgoing: Outgoing, response: Response, method: string | undefined): Promise<void> => {
  outgoing.statusCode = response.status
  setHeaders(outgoing, response.headers)
  const { body } = response
  if (body === null || method === 'HEAD') {
    void body?.cancel()
    outgoing.end()
    return
  }
  const reader = body.getReader()
  const cancel = (): void => void reader.cancel(disconnected()).catch(() => {})
  outgoing.once('close', cancel)
  if (outgoing.destroyed) cancel()
  // A body whose first part comes late has its headers sent at once.
  const flush = setTimeout(() => outgoing.flushHeaders(), 0)
  try {
    for (let part = await reader.read(); !part.done && !outgoing.destroyed; part = await reader.read()) {
      clearTimeout(flush)
      if (!outgoing.write(part.value)) await drained(outgoing)
    }
    clearTimeout(flush)
    outgoing.off('close', cancel)
    if (!outgoing.destroyed) outgoing.end()
  } catch (cause) {
    clearTimeout(flush)
    outgoing.destroy(cause instanceof Error ? cause : new Error(String(cause)))
  }
}

/** The messages of Node's `http`, as `Request` and `Response`. */
export const NodeHttp = { toRequest, write } as const
