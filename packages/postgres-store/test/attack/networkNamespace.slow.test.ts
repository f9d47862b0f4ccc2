import { execFileSync, spawn } from 'node:child_process'
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { makePostgresStore, transaction } from '@foldlog/postgres-store'
import { afterAll, describe, expect, it } from '@jest/globals'
import { either as E, taskEither as TE } from 'fp-ts'
import { right } from '../fixtures.ts'
import { connect, freshStore, newEvent, streamName, testUrl, until } from './freshStore.ts'

const timeout = 1_000

/** Everything must work again within the timeout of a statement and five seconds. */
const bound = timeout + 5_000

const ip = (...parameters: ReadonlyArray<string>): string =>
  execFileSync('ip', parameters, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

const name = `foldlog${process.pid}`
const [here, there] = [`fl${process.pid % 100_000}a`, `fl${process.pid % 100_000}b`]
const subnet = `10.213.${process.pid % 250}`

/** Removes everything: with the namespace its end of the pair is removed, and with that the other end. */
const remove = (): void => {
  try {
    ip('netns', 'del', name)
  } catch {
    // There was no namespace.
  }
}

/** Makes two addresses in a namespace, at the other end of a pair of devices. */
const makeNamespace = (): void => {
  ip('netns', 'add', name)
  ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', name)
  ip('addr', 'add', `${subnet}.1/24`, 'dev', here)
  ip('link', 'set', here, 'up')
  ip('-n', name, 'link', 'set', 'lo', 'up')
  ip('-n', name, 'link', 'set', there, 'up')
  for (const last of [2, 3]) ip('-n', name, 'addr', 'add', `${subnet}.${last}/32`, 'dev', there)
  ip('-n', name, 'route', 'add', `${subnet}.0/24`, 'dev', there)
}

/**
 * From now on no device has the first address. Packets for it are dropped silently, because the address of its device
 * stays known.
 */
const dropPackets = (): void => {
  const address = /ether (\S+)/.exec(ip('-n', name, 'link', 'show', there))?.[1] ?? ''
  ip('neigh', 'replace', `${subnet}.2`, 'lladdr', address, 'dev', here, 'nud', 'permanent')
  ip('-n', name, 'addr', 'del', `${subnet}.2/32`, 'dev', there)
}

const whyNot = (): string | undefined => {
  try {
    makeNamespace()
    return undefined
  } catch (cause) {
    remove()
    return String(cause).split('\n')[0]
  }
}

const reason = whyNot()
if (reason !== undefined)
  process.stderr.write(`skipped: packets dropped in a network namespace, which cannot be made here: ${reason}\n`)
const describeIfPossible = reason === undefined ? describe : describe.skip

const portOf = (server: Server): number => {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

afterAll(remove)

describeIfPossible('packets that are dropped', () => {
  it('cost their connections, and everything works again in time', async () => {
    const target = new URL(testUrl)
    // The namespace can reach only this end of the pair.
    const sockets = new Set<Socket>()
    const gate = createServer((from) => {
      const to = dial(Number(target.port), target.hostname)
      for (const [one, other] of [
        [from, to],
        [to, from],
      ] as const) {
        sockets.add(one)
        one.on('error', () => {})
        one.on('close', () => other.destroy())
        one.pipe(other)
      }
    })
    await new Promise<void>((resolve) => {
      gate.listen(0, `${subnet}.1`, resolve)
    })
    const relay = spawn(
      'ip',
      [
        ...['netns', 'exec', name, process.execPath, fileURLToPath(new URL('relay.mjs', import.meta.url))],
        ...[`${subnet}.1`, `${portOf(gate)}`],
      ],
      { stdio: ['pipe', 'pipe', 'inherit'] },
    )
    const port = await new Promise<number>((resolve) => {
      relay.stdout.once('data', (line) => resolve(Number(String(line))))
    })
    const fresh = await freshStore()
    const sql = connect(testUrl.replace(target.host, `${subnet}.2:${port},${subnet}.3:${port}`), { connect_timeout: 2 })
    const store = makePostgresStore({ sql, schema: fresh.schema, statementTimeout: timeout })
    try {
      let calls = 0
      const end = store.onAppend(() => {
        calls++
      })
      await until(() => calls > 0)
      await Promise.all(Array.from({ length: 16 }, () => sql`select pg_sleep(0.01)`))
      const stream = streamName('s-1')
      const append = () => store.append({ stream, expected: 'any', events: [newEvent()] })()
      const transact = async () => {
        const own = transaction(sql, { timeout })((tx) =>
          TE.tryCatch(
            () => tx`select 1`.then(() => 'done'),
            (cause) => cause,
          ),
        )
        for (;;) {
          const outcome = await own()
          if (E.isRight(outcome)) return outcome
        }
      }
      expect(E.isRight(await append())).toBe(true)

      dropPackets()
      const from = performance.now()
      const outcomes = await Promise.all([
        append(),
        store.readStream(stream)(),
        store.settledPosition(),
        transact(),
        transact(),
      ])
      expect(performance.now() - from).toBeLessThan(bound)
      expect(outcomes.filter(E.isLeft)).toEqual([])
      const before = calls
      await until(async () => {
        await right(fresh.store.append({ stream, expected: 'any', events: [newEvent()] }))
        return calls > before
      })
      end()
      await store.stop()
    } finally {
      await sql.end({ timeout: 0 })
      relay.stdin.end()
      await new Promise((resolve) => relay.once('close', resolve))
      for (const socket of sockets) socket.destroy()
      gate.close()
      await fresh.close()
    }
  })
})
