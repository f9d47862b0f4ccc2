/** The state of a connection as its bytes show it: what the client has sent, what the server has answered, and when. */
export interface WireState {
  /**
   * The process id and the secret of the backend, which the client also knows; undefined until the server has sent
   * them.
   */
  backend: string | undefined
  /**
   * Number of outstanding answers: one for each `Query` and each `Sync` that was sent, until its `ReadyForQuery`
   * arrives.
   */
  outstanding: number
  /**
   * Whether the client has requested the answers so far by `Flush`: it prepares a statement, and sends the `Sync`
   * later.
   */
  flushRequested: boolean
  /** Whether the backend has reported that it is in no transaction. */
  outsideTransaction: boolean
  /** The time (`performance.now()`, in milliseconds) since which the server owes an answer and has sent nothing. */
  silentSince: number
  /** The same for a `begin`, when the server owes no other answer. */
  beginSince: number | undefined
}

/** Tracks the messages of the protocol, without reading their contents. */
export interface WireReader {
  readonly state: WireState
  readonly readSent: (bytes: Buffer) => void
  readonly readReceived: (bytes: Buffer) => void
}

const [query, sync, flush, ready, keyData] = ['Q', 'S', 'H', 'Z', 'K'].map((letter) => letter.charCodeAt(0))

/** Bytes of the type and the length before the content of a message. */
const headerSize = 5

/** Bytes of the type, the length, and the needed part of the content: the process id and the secret. */
const maxKept = headerSize + 8

/** Bytes of the request for TLS, which the server answers by one byte. */
const tlsRequestSize = 8

const beginPattern = /^begin\b/i

export const makeWireReader = (now: () => number = () => performance.now()): WireReader => {
  const state: WireState = {
    backend: undefined,
    outstanding: 0,
    flushRequested: false,
    outsideTransaction: false,
    silentSince: now(),
    beginSince: undefined,
  }
  /** The first bytes of the message that is being received. */
  const header = Buffer.alloc(maxKept)
  let kept = 0
  let remaining = 0
  let headerComplete = false
  let awaitsTlsAnswer = false

  const endMessage = (): void => {
    if (header[0] === ready) {
      state.outstanding = Math.max(0, state.outstanding - 1)
      state.outsideTransaction = header[headerSize] === 'I'.charCodeAt(0)
    } else if (header[0] === keyData) {
      state.backend = backendKey(header.readUInt32BE(headerSize), header.readUInt32BE(headerSize + 4))
    }
    kept = 0
    headerComplete = false
  }

  return {
    state,

    readSent: (bytes) => {
      const before = state.outstanding
      const wasBusy = isBusy(state)
      let isBegin = false
      // The client writes whole messages. The first ones of a connection have no type: they begin with their length,
      // whose first byte is 0.
      for (let at = 0; at + headerSize <= bytes.length; ) {
        const type = bytes[at]
        if (type === 0) {
          const size = bytes.readUInt32BE(at)
          if (size === tlsRequestSize) awaitsTlsAnswer = true
          at += Math.max(headerSize, size)
          continue
        }
        if (type === query || type === sync) state.outstanding++
        if (type === flush) state.flushRequested = true
        if (type === query) isBegin = beginPattern.test(bytes.toString('latin1', at + headerSize, at + headerSize + 6))
        at += 1 + Math.max(4, bytes.readUInt32BE(at + 1))
      }
      if (!wasBusy && isBusy(state)) state.silentSince = now()
      if (state.outstanding > before)
        state.beginSince = isBegin && !wasBusy && state.outstanding === 1 ? state.silentSince : undefined
    },

    readReceived: (bytes) => {
      state.silentSince = now()
      state.beginSince = undefined
      state.flushRequested = false
      let at = 0
      if (awaitsTlsAnswer && at < bytes.length) {
        awaitsTlsAnswer = false
        at++
      }
      while (at < bytes.length) {
        // Most messages are rows: skip whole messages.
        while (kept === 0 && at + headerSize <= bytes.length) {
          const type = bytes[at]
          if (type === ready || type === keyData) break
          const size = 1 + Math.max(4, bytes.readUInt32BE(at + 1))
          if (at + size > bytes.length) break
          at += size
        }
        if (!headerComplete) {
          while (kept < headerSize && at < bytes.length) header[kept++] = bytes[at++] ?? 0
          if (kept < headerSize) return
          headerComplete = true
          remaining = Math.max(0, header.readUInt32BE(1) - 4)
        }
        const available = Math.min(remaining, bytes.length - at)
        for (let i = 0; i < available && kept < maxKept; i++) header[kept++] = bytes[at + i] ?? 0
        at += available
        remaining -= available
        if (remaining === 0) endMessage()
      }
    },
  }
}

/** Whether the server owes an answer. */
export const isBusy = ({ outstanding, flushRequested }: WireState): boolean => outstanding > 0 || flushRequested

/** The key of a backend. */
export const backendKey = (pid: number, secret: number): string => `${pid}:${secret}`
