import { storeUnavailable } from '@foldlog/core/store'
import { expect } from '@jest/globals'
import type { Client, ClientResponse } from './Client.ts'
import type { Failure } from './FailingStore.ts'

/** A request that succeeds, to a resource of its own, and the stream that it needs. */
export interface Target {
  readonly path: string
  readonly body?: object
  readonly stream?: string
}

/** An operation of the document, by its method and its path there. */
export interface Operation {
  readonly route: `${'GET' | 'POST' | 'PUT' | 'DELETE'} ${string}`
  readonly make: () => Promise<Target>
}

/** The parts of the application that an answer depends on. */
export interface World {
  readonly client: Client
  readonly failWith: (failure: Failure | undefined) => void
  readonly deleteStream: (name: string) => Promise<void>
}

const failures: ReadonlyArray<readonly [number, Failure]> = [
  [503, storeUnavailable('the store is away', false, undefined)],
  [500, { _tag: 'DecodeFailure' }],
]

type Method = Parameters<Client['request']>[0]

/** Lets an operation give every answer that does not depend on the domain. */
export const giveCommonAnswers = async (
  { client, failWith, deleteStream }: World,
  { route, make }: Operation,
): Promise<void> => {
  const method = route.split(' ')[0] as Method
  const isCommand = method !== 'GET'
  const ask = ({ path, body }: Target, headers: Readonly<Record<string, string>> = {}) =>
    client.request(method, path, body, headers)
  const expectStatus = async (response: Promise<ClientResponse>, status: number): Promise<void> => {
    const { status: actual, body } = await response
    expect([route, actual, body]).toEqual([route, status, expect.anything()])
  }

  const target = await make()
  await expectStatus(ask(target, { Host: 'attacker.example' }), 421)
  await expectStatus(ask(target, isCommand ? { 'If-Match': 'x' } : { 'Foldlog-Position': 'x' }), 400)
  if (isCommand) {
    await expectStatus(ask(target, { 'Sec-Fetch-Site': 'cross-site' }), 403)
    await expectStatus(ask(target, { 'If-Match': '"999"' }), 412)
    await expectStatus(ask({ ...target, body: { ...target.body, long: 'x'.repeat(2_000_000) } }), 413)
    // As a form of another site would send it.
    await expectStatus(ask({ path: target.path }, { 'Content-Type': 'application/x-www-form-urlencoded' }), 415)
  }
  for (const [status, failure] of failures) {
    const other = await make()
    failWith(failure)
    await expectStatus(ask(other), status).finally(() => failWith(undefined))
  }

  const key = isCommand ? { 'Idempotency-Key': `${route} ${target.path}`.replaceAll(' ', '-') } : {}
  const done = await ask(target, key)
  expect([route, done.status < 300]).toEqual([route, true])
  if (isCommand) await expectStatus(ask({ ...target, body: { ...target.body, other: true } }, key), 422)
  if (done.headers.has('ETag') && !isCommand) expect((await ask(target, { 'If-None-Match': '*' })).status).toBe(304)
  const deleted = await make()
  if (deleted.stream === undefined) return
  await deleteStream(deleted.stream)
  await expectStatus(ask(deleted), 410)
}

/** The answers of the document that were never seen, and the operations that were not asked. */
export const missingAnswers = (document: string, { seen }: Client): ReadonlyArray<string> => {
  const {
    paths,
  }: { readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly responses: object }>>>> } =
    JSON.parse(document)
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).flatMap(([method, { responses }]) =>
      Object.keys(responses)
        .map((status) => `${method.toUpperCase()} ${path} ${status}`)
        .filter((one) => !seen.has(one)),
    ),
  )
}
