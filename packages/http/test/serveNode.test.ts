import { createServer, request } from 'node:http'
import type { WaitForHandlers } from '@foldlog/core'
import { Responder, Route, Routes } from '@foldlog/http'
import { runServer, serveNode, toNode } from '@foldlog/http/node'
import { describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import * as t from 'io-ts'

const waitFor: WaitForHandlers = () => TE.right(undefined)
const environment = {
  dispatch: () => TE.left({ _tag: 'DispatcherStopped' } as const),
  waitFor,
  settledPosition: TE.right(0),
  respond: Responder.make<never>({}),
}

/** A route that answers when it may. */
const slow = () => {
  let answer = (): void => {}
  let begun = (): void => {}
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve
  })
  const mayAnswer = new Promise<void>((resolve) => {
    answer = resolve
  })
  const route = Route.query({
    name: 'slow',
    path: '/slow',
    answer: t.string,
    handle: () => async () => {
      begun()
      await mayAnswer
      return E.right({ body: 'done' })
    },
  })
  return { routes: Routes.make(environment, [route]), isBegun, answer }
}

const right = <A>(result: E.Either<unknown, A>): A => {
  if (E.isLeft(result)) throw new Error(JSON.stringify(result.left))
  return result.right
}

describe('a server of routes', () => {
  it('serves on loopback, on a free port, and answers unknown paths itself', async () => {
    const server = right(await serveNode(slow().routes)())
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
    expect((await fetch(`${server.url}/nothing`)).status).toBe(404)
    await server.stop()
    await expect(fetch(server.url)).rejects.toThrow()
  })

  it('answers the requests in progress before it stops, and closes their connections', async () => {
    const { routes, isBegun, answer } = slow()
    const server = right(await serveNode(routes)())
    const asked = fetch(`${server.url}/slow`)
    await isBegun
    let isStopped = false
    const stopping = server.stop().then(() => {
      isStopped = true
    })
    await expect(fetch(`${server.url}/slow`)).rejects.toThrow()
    expect(isStopped).toBe(false)
    answer()
    expect(await (await asked).json()).toBe('done')
    await stopping
    await server.stop()
  })

  it('does not wait longer than its timeout', async () => {
    const { routes, isBegun, answer } = slow()
    const server = right(await serveNode(routes, { stopTimeout: 20 })())
    const failed = new Promise<string>((resolve) => {
      request(`${server.url}/slow`)
        .on('error', ({ message }) => resolve(message))
        .on('response', () => resolve('a response'))
        .end()
    })
    await isBegun
    await server.stop()
    expect(await failed).toMatch(/hang up|ECONNRESET/)
    answer()
  })

  it('is a server of your own, too, whose address is logged', async () => {
    const logged: Array<unknown> = []
    const log = (message: string, facts: object) => void logged.push([message, facts])
    const logger = { debug: log, info: log, warn: log, error: log }
    const { routes, isBegun, answer } = slow()
    const own = createServer({ maxHeaderSize: 1_000 }, toNode(routes))
    const server = right(await runServer(own, { address: '::1', logger })())
    expect(server.url).toMatch(/^http:\/\/\[::1\]:\d+$/)
    expect(logged).toEqual([['listening', { url: server.url }]])
    expect((await fetch(server.url, { headers: { long: 'x'.repeat(2_000) } })).status).toBe(431)
    const asked = fetch(`${server.url}/slow`)
    await isBegun
    const stopping = server.stop()
    answer()
    expect((await asked).headers.get('Connection')).toBe('close')
    await stopping
    expect(await runServer(own, { stopTimeout: -1 })()).toMatchObject({ left: { what: 'stopTimeout' } })
  })

  it('is an error when the port is taken, or an option is no number of its kind', async () => {
    const server = right(await serveNode(slow().routes)())
    const port = Number(new URL(server.url).port)
    expect(await serveNode(slow().routes, { port })()).toMatchObject({
      left: { _tag: 'PortUnavailable', port, why: expect.stringContaining('EADDRINUSE') },
    })
    await server.stop()
    for (const wrong of [Number.NaN, -1, 65_536, 1.5, null]) {
      const served = await serveNode(slow().routes, { port: wrong as number })()
      expect(served).toMatchObject({ left: { _tag: 'InvalidInput', what: 'port' } })
    }
  })
})
