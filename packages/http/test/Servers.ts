import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Route } from '@foldlog/http'
import { toExpress } from '@foldlog/http/express'
import { toFastify } from '@foldlog/http/fastify'
import { toHono } from '@foldlog/http/hono'
import { toListener, toNode } from '@foldlog/http/node'
import { getRequestListener } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'

/** A server of routes. `prefix` is the part of every path before those of the routes. */
export interface Served {
  readonly url: string
  readonly prefix: string
  readonly stop: () => Promise<void>
}

/** A framework, with the routes in it and one route of its own, `GET /own`, which answers with `own`. */
export interface Framework {
  readonly name: string
  readonly serve: (routes: ReadonlyArray<Route>) => Promise<Served>
  /** What the framework answers to a handler that throws. */
  readonly thrown: RegExp
}

const listen = async (listener: RequestListener, prefix = ''): Promise<Served> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    prefix,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const honoApp = (routes: ReadonlyArray<Route>): Hono => {
  const app = new Hono()
  app.onError((_, context) => context.text('failed in Hono', 500))
  app.get('/own', (context) => context.text('own'))
  return toHono(app, routes)
}

type Middleware = (app: express.Express) => void

const expressApp =
  (before: Middleware, prefix = '') =>
  async (routes: ReadonlyArray<Route>): Promise<Served> => {
    const app = express()
    app.set('trust proxy', true)
    before(app)
    app.get(`${prefix}/own`, (_, response) => void response.send('own'))
    if (prefix === '') toExpress(app, routes)
    else app.use(prefix, toExpress(express.Router(), routes))
    const failed: express.ErrorRequestHandler = (_error, _request, response, next) => {
      if (response.headersSent) return next(_error)
      response.status(500).send('failed in Express')
    }
    app.use(failed)
    return listen(app, prefix)
  }

const fastifyApp =
  (prefix = '') =>
  async (routes: ReadonlyArray<Route>): Promise<Served> => {
    const app = fastify({ trustProxy: true, forceCloseConnections: true })
    app.setErrorHandler((_error, _request, reply) => reply.code(500).send('failed in Fastify'))
    app.get(`${prefix}/own`, () => 'own')
    await app.register(toFastify(routes), prefix === '' ? {} : { prefix })
    const url = await app.listen({ port: 0, host: '127.0.0.1' })
    return { url, prefix, stop: async () => void (await app.close()) }
  }

export const frameworks: ReadonlyArray<Framework> = [
  {
    name: 'Hono on its own server',
    serve: (routes) => listen(getRequestListener(honoApp(routes).fetch)),
    thrown: /failed in Hono/,
  },
  {
    name: 'Hono on toListener',
    serve: (routes) => listen(toListener(honoApp(routes).fetch)),
    thrown: /failed in Hono/,
  },
  {
    name: 'Hono under a prefix',
    serve: (routes) => listen(toListener(new Hono().route('/api', honoApp(routes)).fetch), '/api'),
    thrown: /failed in Hono/,
  },
  { name: 'Express', serve: expressApp(() => {}), thrown: /failed in Express/ },
  {
    name: 'Express behind express.json()',
    serve: expressApp((app) => app.use(express.json({ limit: '10mb' }))),
    thrown: /failed in Express/,
  },
  {
    name: 'Express behind express.text()',
    serve: expressApp((app) => app.use(express.text({ type: () => true, limit: '10mb' }))),
    thrown: /failed in Express/,
  },
  { name: 'Express under a prefix', serve: expressApp(() => {}, '/api'), thrown: /failed in Express/ },
  { name: 'Fastify', serve: fastifyApp(), thrown: /failed in Fastify/ },
  { name: 'Fastify under a prefix', serve: fastifyApp('/api'), thrown: /failed in Fastify/ },
  {
    name: 'Node',
    serve: (routes) => listen(withOwn(toNode(routes, { trustProxy: true }))),
    thrown: /"code":"InternalError"/,
  },
  {
    name: 'Node under a prefix',
    serve: (routes) => listen(withOwn(toNode(routes, { prefix: '/api' }), '/api'), '/api'),
    thrown: /"code":"InternalError"/,
  },
]

const withOwn =
  (listener: RequestListener, prefix = ''): RequestListener =>
  (request, response) =>
    request.url === `${prefix}/own` ? void response.end('own') : listener(request, response)
