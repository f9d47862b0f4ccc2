import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { ProblemDetails } from '@foldlog/http'

/** Node's codes of requests that it cannot read (https://nodejs.org/api/http.html#event-clienterror). */
const problems: Readonly<Record<string, ProblemDetails>> = {
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, title: 'Request timeout', code: 'RequestTimeout' },
  HPE_HEADER_OVERFLOW: { status: 431, title: 'Request header fields too large', code: 'HeadersTooLarge' },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, title: 'Content too large', code: 'ChunkExtensionsTooLarge' },
}

const badRequest = (detail: string): ProblemDetails => ({
  status: 400,
  title: 'Bad request',
  code: 'MalformedRequest',
  detail,
})

/**
 * Answers a request that Node cannot read, or that arrives too slowly, with a problem, and closes the connection.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answerClientError = (error: NodeJS.ErrnoException, socket: Duplex): void => {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy()
  const problem = problems[error.code ?? ''] ?? badRequest(error.message)
  const { headers, body } = ProblemDetails.message(problem)
  const fields = { ...headers, 'Content-Length': `${Buffer.byteLength(body)}`, Connection: 'close' }
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`)
  // The callback closes the connection of a client that never ends its side.
  socket.end(`HTTP/1.1 ${problem.status} ${problem.title}\r\n${lines.join('\r\n')}\r\n\r\n${body}`, () =>
    socket.destroy(),
  )
}

const answer = (response: ServerResponse, problem: ProblemDetails): void => {
  const { headers, body } = ProblemDetails.message(problem)
  response.writeHead(problem.status, { ...headers, Connection: 'close' }).end(body)
}

/**
 * Answers an expectation other than `100-continue`, which Node answers itself.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answerExpectation: RequestListener = (_, response) =>
  answer(response, { status: 417, title: 'Expectation failed', code: 'ExpectationFailed' })

const hostsOf = ({ rawHeaders }: IncomingMessage): number =>
  rawHeaders.filter((name, i) => i % 2 === 0 && name.toLowerCase() === 'host').length

/**
 * Answers what does not reach the routes: a request of HTTP/1.1 that does not have exactly one `Host` (RFC 9112, 3.2),
 * and `OPTIONS *`, which is about the server as a whole (RFC 9110, 9.3.7). All other requests go to the listener.
 *
 * @category combinators
 * @since 0.1.0
 */
export const answerServerRequests =
  (listener: RequestListener): RequestListener =>
  (request, response) => {
    const hosts = hostsOf(request)
    if (hosts > 1 || (hosts === 0 && request.httpVersion === '1.1'))
      return answer(response, badRequest(`a request has one Host header, this one has ${hosts}`))
    if (request.method === 'OPTIONS' && request.url === '*') return void response.writeHead(204).end()
    listener(request, response)
  }
