// Runs in a network namespace of its own, for networkNamespace.slow.test.ts: listens on all addresses, prints its port,
// and passes all data on to the given host and port.
import { connect, createServer } from 'node:net'

const [host, port] = process.argv.slice(2)

const server = createServer((from) => {
  const to = connect(Number(port), host)
  for (const [one, other] of [
    [from, to],
    [to, from],
  ]) {
    one.on('error', () => {})
    one.on('close', () => other.destroy())
    one.pipe(other)
  }
})

server.listen(0, '0.0.0.0', () => process.stdout.write(`${server.address().port}\n`))
// Ends with the test.
process.stdin.on('end', () => process.exit(0)).resume()
