import net from 'node:net'

/** Milliseconds to wait for the server. */
const patience = 500

/** The code of a cancel request, in place of the version of the protocol. */
const cancelCode = 80877102

/**
 * Requests that the server cancels the statement of a backend. Returns when the server has received the request, or
 * does not answer. Never rejects. `open` opens another connection to that server; `backend` is the key of {@link
 * backendKey}. The secret in it protects other backends: a request for a backend that is gone does nothing, even when
 * another backend has its process id.
 *
 * `cancel` of the client's query cannot be used: it makes a promise that nobody sees. Its rejection, without a
 * connection, would end the process.
 */
export const requestCancel = async (open: () => Promise<unknown>, backend: string): Promise<void> => {
  const [pid = 0, secret = 0] = backend.split(':').map(Number)
  const message = Buffer.alloc(16)
  for (const [i, number] of [message.length, cancelCode, pid, secret].entries()) message.writeUInt32BE(number, 4 * i)
  const socket = await open().catch(() => undefined)
  if (!(socket instanceof net.Socket)) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => socket.destroy(), patience)
    timer.unref()
    socket.on('error', () => {})
    // The server closes the connection when it has sent the signal.
    socket.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    if (socket.pending) socket.once('connect', () => socket.end(message))
    else socket.end(message)
    // Reads to the end, so that the socket notices when the server closes it.
    socket.resume()
  })
}
