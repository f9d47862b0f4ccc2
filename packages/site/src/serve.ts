import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, sep } from 'node:path'

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
}

/** The file that answers a path, chosen as hosts of static sites do. */
export const fileFor = (folder: string, path: string): string | undefined => {
  const place = join(folder, path)
  if (place !== folder && !place.startsWith(folder + sep)) return undefined
  const found = [place, join(place, 'index.html'), `${place}.html`].find(
    (file) => existsSync(file) && statSync(file).isFile(),
  )
  return found
}

/** A server of static files on a free port of 127.0.0.1. */
export interface Server {
  readonly url: string
  readonly stop: () => Promise<void>
}

const pathOf = (url: string | undefined): string => {
  try {
    return decodeURIComponent(new URL(url ?? '/', 'http://localhost').pathname)
  } catch {
    return '/404'
  }
}

export const serve = async (folder: string): Promise<Server> => {
  const server = createServer((request, response) => {
    const file = fileFor(folder, pathOf(request.url))
    if (file === undefined)
      response
        .writeHead(404, { 'content-type': 'text/html; charset=utf-8' })
        .end(readFileSync(join(folder, '404.html')))
    else
      response
        .writeHead(200, {
          'content-type': types[extname(file)] ?? 'application/octet-stream',
          // The names of assets change with their content.
          ...(file.startsWith(join(folder, 'assets')) ? { 'cache-control': 'max-age=3600' } : undefined),
        })
        .end(readFileSync(file))
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    stop: () =>
      new Promise((stopped) => {
        server.close(() => stopped())
        server.closeAllConnections()
      }),
  }
}
