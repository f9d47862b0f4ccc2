/**
 * First in, first out, for each key; different keys do not wait for each other. What arrives for a key while its work is under way is handed over
 * together, at most `batch` at a time.
 */
export interface Mailboxes<Key, Item> {
  /** Gives a function that takes the item back, and says whether it still could. */
  readonly put: (key: Key, item: Item) => () => boolean
  /** Waits until every mailbox is empty and no work is under way. */
  readonly emptied: () => Promise<void>
}

/** `handle` must not fail: it has the items, and with them those who wait. It is given one batch of a key at a time. */
export const makeMailboxes = <Key, Item>(
  batchSize: number,
  handle: (key: Key, items: ReadonlyArray<Item>) => Promise<void>,
): Mailboxes<Key, Item> => {
  const waiting = new Map<Key, Array<Item>>()
  const working = new Set<Promise<void>>()

  const work = async (key: Key, box: Array<Item>): Promise<void> => {
    // What is put in the same turn of the event loop is handed over together.
    await Promise.resolve()
    // `put` adds to the same array; a mailbox found empty is removed in the same turn, so nothing is left in one that nobody empties.
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
