/** An event as a client of `EventSource` gets it. */
export interface ReceivedEvent {
  readonly id: string
  readonly event: string
  readonly data: unknown
}

/** A client that reads a stream as `EventSource` does, and that can be killed at any byte. */
export interface EventClient {
  readonly lastEventId: () => string | undefined
  readonly received: ReadonlyArray<ReceivedEvent>
  readonly comments: () => number
  /**
   * Connects, and reads until the stream ends, until `until` returns true after a part, or until so many bytes were
   * read: then the connection is killed, in the middle of an event too.
   */
  readonly connect: (
    open: (headers: Record<string, string>, signal: AbortSignal) => Promise<Response>,
    until: () => boolean,
    limit?: number,
  ) => Promise<void>
}

export const makeEventClient = (): EventClient => {
  const received: Array<ReceivedEvent> = []
  let last: string | undefined
  let comments = 0

  const take = (block: string): void => {
    const field = (name: string): string | undefined =>
      block
        .split('\n')
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2)
    if (block.startsWith(':')) comments += 1
    const id = field('id')
    if (id !== undefined) last = id
    const data = field('data')
    if (data !== undefined)
      received.push({ id: last ?? '', event: field('event') ?? 'message', data: JSON.parse(data) })
  }

  return {
    lastEventId: () => last,
    received,
    comments: () => comments,
    connect: async (open, until, limit = Number.POSITIVE_INFINITY) => {
      const killed = new AbortController()
      const response = await open(last === undefined ? {} : { 'Last-Event-ID': last }, killed.signal)
      const reader = response.body?.getReader()
      const decoder = new TextDecoder()
      let text = ''
      let bytes = 0
      try {
        for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
          text += decoder.decode(part.value.subarray(0, limit - bytes), { stream: true })
          bytes += part.value.byteLength
          // What is not whole when the connection ends was not received.
          const blocks = text.split('\n\n')
          text = blocks.pop() ?? ''
          for (const block of blocks) take(block)
          if (bytes >= limit || until()) {
            killed.abort()
            return
          }
        }
      } catch (cause) {
        if (!killed.signal.aborted) throw cause
      }
    },
  }
}
