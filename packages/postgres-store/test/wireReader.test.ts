import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { isBusy, makeWireReader } from '../src/internal/client/WireReader.ts'

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
  reader.readSent(startup)
  reader.readReceived(welcome)
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

describe('the reader of a connection', () => {
  it('owes an answer to each Query and Sync until its ReadyForQuery, however the bytes are cut and whatever the rows hold', () => {
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
          const { state, readSent, readReceived } = opened()
          for (const [messages] of exchange) readSent(Buffer.concat(messages))
          expect(state.outstanding).toBe(exchange.length)
          const answers = exchange.map(([, { rows, state }]) =>
            Buffer.concat([...rows, message('C', 'X\0'), message('Z', state)]),
          )
          const some = share % (exchange.length + 1)
          for (const piece of inPieces(Buffer.concat(answers.slice(0, some)), cuts)) readReceived(piece)
          expect(state.outstanding).toBe(exchange.length - some)
          expect(isBusy(state)).toBe(some < exchange.length)
          const last = some === 0 ? 'I' : exchange[some - 1]?.[1].state
          expect(state.outsideTransaction).toBe(last === 'I')
          for (const piece of inPieces(Buffer.concat(answers.slice(some)), cuts)) readReceived(piece)
          expect(isBusy(state)).toBe(false)
        },
      ),
    )
  })

  it('finds the backend, however the startup messages are cut, also after an answer to a request for TLS', () => {
    void fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 8 }), fc.boolean(), (cuts, asked) => {
        const { state, readSent, readReceived } = makeWireReader()
        if (asked) {
          readSent(untyped('\u0004\u00d2\u0016\u002f'))
          for (const piece of inPieces(Buffer.from('N'), cuts)) readReceived(piece)
        }
        readSent(startup)
        for (const piece of inPieces(welcome, cuts)) readReceived(piece)
        expect(state.backend).toBe('17:4000000000')
        expect([state.outstanding, state.outsideTransaction]).toEqual([0, true])
      }),
    )
  })

  it('finds since when the server is silent: since the request, or since it last sent anything', () => {
    const { state, readSent, readReceived, at } = opened()
    at(100)
    readSent(message('Q', 'select 1\0'))
    at(200)
    readSent(message('Q', 'select 2\0'))
    expect(state.silentSince).toBe(100)
    at(300)
    readReceived(message('T', 'rows'))
    expect([state.silentSince, state.outstanding]).toEqual([300, 2])
  })

  it('finds the connection busy while a statement is prepared', () => {
    const { state, readSent, readReceived, at } = opened()
    at(100)
    readSent(Buffer.concat([message('P', 'one\0select $1\0\0\0'), message('D', 'Sone\0'), message('H')]))
    expect([isBusy(state), state.silentSince]).toEqual([true, 100])
    readReceived(message('1'))
    expect(isBusy(state)).toBe(false)
  })

  it('finds a begin that is the only outstanding request', () => {
    const begin = message('Q', 'begin \0')
    const { state, readSent, readReceived, at } = opened()
    at(100)
    readSent(begin)
    expect(state.beginSince).toBe(100)
    readReceived(Buffer.concat([message('C', 'BEGIN\0'), message('Z', 'T')]))
    expect([state.beginSince, state.outsideTransaction]).toEqual([undefined, false])
    // A begin behind another statement, which may take its time; and before one.
    readSent(message('Q', 'select pg_sleep(60)\0'))
    readSent(begin)
    expect(state.beginSince).toBeUndefined()
    const other = opened()
    other.readSent(Buffer.concat([begin, message('Q', 'select 1\0')]))
    expect(other.state.beginSince).toBeUndefined()
    other.readReceived(Buffer.concat([message('Z', 'T'), message('Z', 'T')]))
    other.readSent(message('Q', 'beginning\0'))
    expect(other.state.beginSince).toBeUndefined()
  })
})
