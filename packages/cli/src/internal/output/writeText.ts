/**
 * Writes a text, and waits while the reader is slower, so that a long output does not fill the memory. Returns false
 * when the command was interrupted first: a reader that has stopped reading must not keep it.
 */
export const writeText = (
  target: Pick<NodeJS.WritableStream, 'write'>,
  text: string,
  signal: AbortSignal,
): Promise<boolean> =>
  new Promise((resolve, reject) => {
    if (signal.aborted) return resolve(false)
    const stop = () => resolve(false)
    signal.addEventListener('abort', stop, { once: true })
    target.write(text, (cause) => {
      signal.removeEventListener('abort', stop)
      if (cause) reject(cause)
      else resolve(true)
    })
  })
