/** What the bytes of a connection show: what the client has sent, what the server has answered, and when. */
export interface Wire {
  /**
   * The process id and the secret of the backend, which the client knows too; undefined until the server has sent them.
   */
  backend: string | undefined
  /**
   * Outstanding answers: one for each `Query` and each `Sync` that was sent, until its `ReadyForQuery` arrives.
   */
  owed: number
  /**
   * Whether the client has asked by `Flush` for the answers so far: it prepares a statement, and sends the `Sync`
   * later.
   */
  asked: boolean
  /** Whether the backend has said that it is in no transaction. */
  outside: boolean
  /** Milliseconds of `performance.now` since which the server owes an answer and has sent nothing. */
  silentSince: number
  /** The same for a `begin`, when the server has nothing else to answer. */
  beginSince: number | undefined
}

/** Follows the messages of the protocol, without reading their contents. */
export interface WireReader {
  readonly wire: Wire
  readonly sent: (bytes: Buffer) => void
  readonly received: (bytes: Buffer) => void
}

const [query, sync, flush, ready, keyData] = ['Q', 'S', 'H', 'Z', 'K'].map((letter) => letter.charCodeAt(0))

/** A type and a length come before the content of a message. */
const headerSize = 5

/** A type, a length, and the part of the content that is needed: the process id and the secret. */
const mostKept = headerSize + 8

/** The length of the request for TLS, which the server answers by one byte. */
const requestSize = 8

const beginText = /^begin\b/i

export const makeWireReader = (now: () => number = () => performance.now()): WireReader => {
  const wire: Wire = {
    backend: undefined,
    owed: 0,
    asked: false,
    outside: false,
    silentSince: now(),
    beginSince: undefined,
  }
  /** The beginning of the message that is currently received. */
  const head = Buffer.alloc(mostKept)
  let kept = 0
  let toCome = 0
  let begun = false
  let asksForTls = false

  const end = (): void => {
    if (head[0] === ready) {
      wire.owed = Math.max(0, wire.owed - 1)
      wire.outside = head[headerSize] === 'I'.charCodeAt(0)
    } else if (head[0] === keyData) {
      wire.backend = backendOf(head.readUInt32BE(headerSize), head.readUInt32BE(headerSize + 4))
    }
    kept = 0
    begun = false
  }

  return {
    wire,

    sent: (bytes) => {
      const before = wire.owed
      const wasBusy = isBusy(wire)
      let isBegin = false
      // The client writes whole messages. The first ones of a connection have no type: they begin with their length,
      // whose first byte is 0.
      for (let at = 0; at + headerSize <= bytes.length; ) {
        const type = bytes[at]
        if (type === 0) {
          const size = bytes.readUInt32BE(at)
          if (size === requestSize) asksForTls = true
          at += Math.max(headerSize, size)
          continue
        }
        if (type === query || type === sync) wire.owed++
        if (type === flush) wire.asked = true
        if (type === query) isBegin = beginText.test(bytes.toString('latin1', at + headerSize, at + headerSize + 6))
        at += 1 + Math.max(4, bytes.readUInt32BE(at + 1))
      }
      if (!wasBusy && isBusy(wire)) wire.silentSince = now()
      if (wire.owed > before) wire.beginSince = isBegin && !wasBusy && wire.owed === 1 ? wire.silentSince : undefined
    },

    received: (bytes) => {
      wire.silentSince = now()
      wire.beginSince = undefined
      wire.asked = false
      let at = 0
      if (asksForTls && at < bytes.length) {
        asksForTls = false
        at++
      }
      while (at < bytes.length) {
        // Mostly rows: skipped as a whole.
        while (kept === 0 && at + headerSize <= bytes.length) {
          const type = bytes[at]
          if (type === ready || type === keyData) break
          const size = 1 + Math.max(4, bytes.readUInt32BE(at + 1))
          if (at + size > bytes.length) break
          at += size
        }
        if (!begun) {
          while (kept < headerSize && at < bytes.length) head[kept++] = bytes[at++] ?? 0
          if (kept < headerSize) return
          begun = true
          toCome = Math.max(0, head.readUInt32BE(1) - 4)
        }
        const here = Math.min(toCome, bytes.length - at)
        for (let i = 0; i < here && kept < mostKept; i++) head[kept++] = bytes[at + i] ?? 0
        at += here
        toCome -= here
        if (toCome === 0) end()
      }
    },
  }
}

/** Whether the server owes an answer. */
export const isBusy = ({ owed, asked }: Wire): boolean => owed > 0 || asked

/** Names a backend. */
export const backendOf = (pid: number, secret: number): string => `${pid}:${secret}`
