/** Commands that wait, in the order of each process: of one process, one is in flight at most. */
export interface CommandQueue<A> {
  /** Adds a command behind the others of its process. Does nothing when its key is there already. */
  readonly add: (process: string, key: string, command: A) => void
  /** Takes the first command of a process that has none in flight. It stays first until it is removed. */
  readonly takeNext: () => readonly [key: string, command: A] | undefined
  /** Removes a command that was taken: then the next one of its process may be taken. */
  readonly remove: (key: string) => void
  readonly size: () => number
  /** No command is taken any more. */
  readonly close: () => void
}

export const makeCommandQueue = <A>(): CommandQueue<A> => {
  /** The waiting commands by process, in the order of keys. The first of each is in flight, or about to be. */
  const waiting = new Map<string, Array<readonly [key: string, command: A]>>()
  /** The process of each command that waits. */
  const processOf = new Map<string, string>()
  /** Processes whose first command is not in flight. */
  const ready = new Set<string>()

  return {
    add: (process, key, command) => {
      if (processOf.has(key)) return
      processOf.set(key, process)
      const queue = waiting.get(process)
      if (queue !== undefined) queue.push([key, command])
      else {
        waiting.set(process, [[key, command]])
        ready.add(process)
      }
    },
    takeNext: () => {
      for (const process of ready) {
        ready.delete(process)
        const first = waiting.get(process)?.[0]
        if (first !== undefined) return first
      }
      return undefined
    },
    remove: (key) => {
      const process = processOf.get(key)
      const queue = process === undefined ? undefined : waiting.get(process)
      if (process === undefined || queue === undefined) return
      processOf.delete(key)
      queue.shift()
      if (queue.length === 0) waiting.delete(process)
      else ready.add(process)
    },
    size: () => processOf.size,
    close: () => ready.clear(),
  }
}
