import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { isBusy, makeWireReader } from '../src/internal/Wire.ts'

const message = (type: string, content: Buffer | string = ''): Buffer => {
  const body = Buffer.from(content)
  const head = Buffer.alloc(5)
  head.write(type, 0, 'latin1')
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** The first messages of a connection have no type. */
const untyped = (content: string): Buffer => {
  const head = Buffer.alloc(4)
  head.writeUInt32BE(content.length + 4)
  return Buffer.concat([head, Buffer.from(content)])
}

const key = (pid: number, secret: number): Buffer => {
  const content = Buffer.alloc(8)
  content.writeUInt32BE(pid)
  content.writeUInt32BE(secret, 4)
  return message('K', content)
}

const startup = untyped('\u0000\u0003\u0000\u0000user\u0000nobody\u0000\u0000')

const welcome = Buffer.concat([
  message('R', '\0\0\0\0'),
  message('S', 'TimeZone\0UTC\0'),
  key(17, 4_000_000_000),
  message('Z', 'I'),
])

const opened = () => {
  let time = 0
  const reader = makeWireReader(() => time)
  reader.sent(startup)
  reader.received(welcome)
  return {
    ...reader,
    at: (now: number) => {
      time = now
    },
  }
}

/** The bytes, cut into pieces at any point. */
const inPieces = (bytes: Buffer, cuts: ReadonlyArray<number>): ReadonlyArray<Buffer> => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length]
  return places.slice(1).map((to, i) => bytes.subarray(places[i], to))
}

describe('what is read of a connection', () => {
  it('however its bytes are cut: each Query and Sync is owed until its ReadyForQuery, whatever the rows hold', () => {
    const row = fc.uint8Array({ maxLength: 60 }).map((bytes) => message('D', Buffer.from(bytes)))
    const answer = fc.record({ rows: fc.array(row, { maxLength: 5 }), state: fc.constantFrom('I', 'T', 'E') })
    const statement = fc.constantFrom(
      [message('Q', 'select 1\0')],
      [message('P', '\0select $1\0\0\0'), message('B', 'QSZK\0'), message('D', 'SQ'), message('E', '\0'), message('S')],
    )
    void fc.assert(
      fc.property(
        fc.array(fc.tuple(statement, answer), { minLength: 1, maxLength: 6 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.nat(),
        (exchange, cuts, share) => {
          const { wire, sent, received } = opened()
          for (const [messages] of exchange) sent(Buffer.concat(messages))
          expect(wire.owed).toBe(exchange.length)
          const answers = exchange.map(([, { rows, state }]) =>
            Buffer.concat([...rows, message('C', 'X\0'), message('Z', state)]),
          )
          const some = share % (exchange.length + 1)
          for (const piece of inPieces(Buffer.concat(answers.slice(0, some)), cuts)) received(piece)
          expect(wire.owed).toBe(exchange.length - some)
          expect(isBusy(wire)).toBe(some < exchange.length)
          const last = some === 0 ? 'I' : exchange[some - 1]?.[1].state
          expect(wire.outside).toBe(last === 'I')
          for (const piece of inPieces(Buffer.concat(answers.slice(some)), cuts)) received(piece)
          expect(isBusy(wire)).toBe(false)
        },
      ),
    )
  })

  it('the backend, however the startup messages are cut, also after an answer to a request for TLS', () => {
    void fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), (cuts, asked) => {
        const { wire, sent, received } = makeWireReader()
        if (asked) {
          sent(untyped('\u0004\u00d2\u0016\u002f'))
          for (const piece of inPieces(Buffer.from('N'), cuts)) received(piece)
        }
        sent(startup)
        for (const piece of inPieces(welcome, cuts)) received(piece)
        expect(wire.backend).toBe('17:4000000000')
        expect([wire.owed, wire.outside]).toEqual([0, true])
      }),
    )
  })

  it('since when the server is silent: since the request, or since it last sent anything', () => {
    const { wire, sent, received, at } = opened()
    at(100)
    sent(message('Q', 'select 1\0'))
    at(200)
    sent(message('Q', 'select 2\0'))
    expect(wire.silentSince).toBe(100)
    at(300)
    received(message('T', 'rows'))
    expect([wire.silentSince, wire.owed]).toEqual([300, 2])
  })

  it('that a statement is being prepared is busy as well', () => {
    const { wire, sent, received, at } = opened()
    at(100)
    sent(Buffer.concat([message('P', 'one\0select $1\0\0\0'), message('D', 'Sone\0'), message('H')]))
    expect([isBusy(wire), wire.silentSince]).toEqual([true, 100])
    received(message('1'))
    expect(isBusy(wire)).toBe(false)
  })

  it('a begin that is the only outstanding request', () => {
    const begin = message('Q', 'begin \0')
    const { wire, sent, received, at } = opened()
    at(100)
    sent(begin)
    expect(wire.beginSince).toBe(100)
    received(Buffer.concat([message('C', 'BEGIN\0'), message('Z', 'T')]))
    expect([wire.beginSince, wire.outside]).toEqual([undefined, false])
    // A begin behind another statement, which may take its time; and before one.
    sent(message('Q', 'select pg_sleep(60)\0'))
    sent(begin)
    expect(wire.beginSince).toBeUndefined()
    const other = opened()
    other.sent(Buffer.concat([begin, message('Q', 'select 1\0')]))
    expect(other.wire.beginSince).toBeUndefined()
    other.received(Buffer.concat([message('Z', 'T'), message('Z', 'T')]))
    other.sent(message('Q', 'beginning\0'))
    expect(other.wire.beginSince).toBeUndefined()
  })
})
