/**
 * A FIFO queue for each key; different keys do not wait for each other. Items that arrive for a key while its work is
 * in progress are handled together, at most `batchSize` at a time.
 */
export interface Mailboxes<Key, Item> {
  /** Adds an item. The returned function removes it, and returns whether it was still there. */
  readonly put: (key: Key, item: Item) => () => boolean
  /** Waits until every mailbox is empty and no work is in progress. */
  readonly emptied: () => Promise<void>
}

/** `handle` must not fail: it owns the items, and callers wait for them. It gets one batch of a key at a time. */
export const makeMailboxes = <Key, Item>(
  batchSize: number,
  handle: (key: Key, items: ReadonlyArray<Item>) => Promise<void>,
): Mailboxes<Key, Item> => {
  const waiting = new Map<Key, Array<Item>>()
  const working = new Set<Promise<void>>()

  const work = async (key: Key, box: Array<Item>): Promise<void> => {
    // Items that are put in the same turn of the event loop are handled together.
    await Promise.resolve()
    // `put` adds to the same array; an empty mailbox is removed in the turn in which it was found empty, so no item
    // stays in a mailbox without a worker.
    while (box.length > 0) await handle(key, box.splice(0, batchSize))
    waiting.delete(key)
  }

  const open = (key: Key): Array<Item> => {
    const box: Array<Item> = []
    waiting.set(key, box)
    const done = work(key, box).finally(() => working.delete(done))
    working.add(done)
    return box
  }

  return {
    put: (key, item) => {
      const box = waiting.get(key) ?? open(key)
      box.push(item)
      return () => {
        const at = box.indexOf(item)
        if (at >= 0) box.splice(at, 1)
        return at >= 0
      }
    },
    emptied: async () => {
      while (working.size > 0) await Promise.all(working)
    },
  }
}
