import { request } from 'node:http'
import { expect } from '@jest/globals'
import { makeOpenApiChecker, type OpenApiChecker } from './OpenApiChecker.ts'

/** A response, with the parts that the tests read. */
export interface ClientResponse {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** A client of an application. It checks every response against the application's own document. */
export interface Client {
  readonly request: (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<ClientResponse>
  readonly seen: OpenApiChecker['seen']
}

/**
 * A connection for each request. The server closes an idle one after 5 s. On a busy machine, that meets the next
 * request, which then fails.
 */
const notKept = { Connection: 'close' }

/** Unlike `fetch`, this function sends every header, `Host` too. */
const send = (
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: string,
): Promise<{ readonly response: Response; readonly text: string }> =>
  new Promise((resolve, reject) => {
    const length = { 'Content-Length': `${Buffer.byteLength(body)}` }
    const all = body === '' && method === 'GET' ? headers : { ...headers, ...length }
    const sent = request(url, { method, headers: all, agent: false }, (incoming) => {
      const parts: Array<Buffer> = []
      incoming.on('data', (part: Buffer) => parts.push(part)).once('error', reject)
      incoming.once('end', () => {
        const fields = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, `${value}`])
        const response = new Response(null, { status: incoming.statusCode ?? 0, headers: fields })
        resolve({ response, text: Buffer.concat(parts).toString() })
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })

/** A client of the application at an address, which may change when it moves. */
export const makeClient = async (url: () => string): Promise<Client> => {
  const { problems, seen } = await makeOpenApiChecker(
    await (await fetch(`${url()}/openapi.json`, { headers: notKept })).text(),
  )
  return {
    seen,
    request: async (method, path, body, headers = {}) => {
      const all = { ...notKept, ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) }
      const sent = body === undefined ? '' : JSON.stringify(body)
      const { response, text } = await send(`${url()}${path}`, method, all, sent)
      expect(problems(method, path.split('?')[0] ?? path, response, text)).toEqual([])
      return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
    },
  }
}

/** A text in the body of a response. A test without the expected text fails here. */
export const textIn = ({ body }: ClientResponse, key: string): string => {
  const text = body instanceof Object ? Object.entries(body).find(([name]) => name === key)?.[1] : undefined
  if (typeof text !== 'string') throw new Error(`no text ${key} in ${JSON.stringify(body)}`)
  return text
}
