// Runs in a network namespace of its own, for networkNamespace.test.ts: passes on to this host and port whatever comes
// to any address, and says on which port.
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
// The end of the test is the end of this.
process.stdin.on('end', () => process.exit(0)).resume()
