// A program that uses the built package, for tests that need a process of its own: node program.mjs PACKAGE OPTIONS
// THEN. It prints the server that it started (or the error) as a line of JSON, and then does what THEN says.
import { pathToFileURL } from 'node:url'

const [home, options, then] = process.argv.slice(2)
const { EmbeddedPostgres } = await import(pathToFileURL(`${home}/dist/esm/index.js`).href)
const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)

const result = await EmbeddedPostgres.start(JSON.parse(options))()
if (result._tag === 'Left') {
  tell(result.left)
  process.exit(3)
}
const server = result.right
tell(server)

const acts = {
  hold: () => setInterval(() => {}, 1000),
  end: () => {},
  exit: () => process.exit(4),
  throw: () => {
    throw new Error('on purpose')
  },
  stop: async () => tell(await server.stop()()),
  database: async () => {
    tell(await server.createDatabase('made here')())
    tell(await server.stop()())
  },
  handle: () => {
    const timer = setInterval(() => {}, 1000)
    process.once('SIGTERM', async () => {
      tell(await server.createDatabase('last words')())
      clearInterval(timer)
    })
    tell({ ready: true })
  },
}
await acts[then]()
