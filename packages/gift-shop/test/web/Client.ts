import { expect } from '@jest/globals'
import * as t from 'io-ts'
import { type Conforming, conforming } from '../../../http/test/Conforming.ts'
import { valid } from '../given.ts'

/** An answer, with what the tests read of it. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: unknown
}

/** A customer at the shop: every answer is held against the shop's own document. */
export interface Client {
  readonly ask: (
    method: 'GET' | 'POST',
    path: string,
    body?: object,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answered>
  readonly seen: Conforming['seen']
}

/** A customer of the shop at an address, which may change when the shop moves. */
export const makeClient = async (url: () => string): Promise<Client> => {
  const { problems, seen } = await conforming(await (await fetch(`${url()}/openapi.json`)).text())
  return {
    seen,
    ask: async (method, path, body, headers = {}) => {
      const response = await fetch(`${url()}${path}`, {
        method,
        headers: { ...headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await response.text()
      expect(problems(method, path.split('?')[0] ?? path, response, text)).toEqual([])
      return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) }
    },
  }
}

/** A text in the body of an answer. */
export const textIn = ({ body }: Answered, key: string): string => valid(t.type({ [key]: t.string }), body)[key] ?? ''
