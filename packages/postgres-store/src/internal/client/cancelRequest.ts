import net from 'node:net'

/** Milliseconds after which the server is not waited for. */
const patience = 500

/** The code of a cancel request, in place of the version of the protocol. */
const cancelCode = 80877102

/**
 * Requests that the server cancels what a backend does, and returns when the server has taken note, or does not answer.
 * Never rejects. `open` opens another connection to that server; `backend` is the key of {@link backendKey}. The secret
 * in it protects other backends: a request for one that is gone does nothing, also when its process id is used again.
 *
 * Not by `cancel` of the client's query: the client makes a promise that nobody sees, and that rejects when there is no
 * connection. That would end the process.
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
    // So that the end of the other side is read.
    socket.resume()
  })
}
