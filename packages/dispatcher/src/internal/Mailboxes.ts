/**
 * FIFO queues of items that need one key or several. Items with a key in common are handled in the order of their
 * arrival; others do not wait for each other. Items that arrive for a key while its work is in progress are handled
 * together, at most `batchSize` at a time.
 */
export interface Mailboxes<Key, Item> {
  /** Adds an item, which needs each key once. The returned function removes it, and returns whether it was there. */
  readonly put: (keys: ReadonlyArray<Key>, item: Item) => () => boolean
  /** Waits until every mailbox is empty and no work is in progress. */
  readonly emptied: () => Promise<void>
}

interface Entry<Key, Item> {
  readonly keys: ReadonlyArray<Key>
  readonly item: Item
}

interface Mailbox<Key, Item> {
  /** Every entry that needs the key and is not being handled, in order of arrival. */
  readonly waiting: Array<Entry<Key, Item>>
  busy: boolean
}

/** Takes the items that can be handled together, beginning with the first of a mailbox, and holds their keys. */
const batchTaker = <Key, Item>(boxes: ReadonlyMap<Key, Mailbox<Key, Item>>, batchSize: number) => {
  /** Takes an entry of the mailbox of `key` from its other mailboxes, when it is first in each and each is free. */
  const take = (entry: Entry<Key, Item>, key: Key, held: Array<Key>): boolean => {
    const others = entry.keys.filter((other) => other !== key)
    const isFree = (other: Key): boolean => {
      const box = boxes.get(other)
      return box?.waiting[0] === entry && (!box.busy || held.includes(other))
    }
    if (!others.every(isFree)) return false
    for (const other of others) {
      const box = boxes.get(other)
      box?.waiting.shift()
      if (box !== undefined) box.busy = true
      if (!held.includes(other)) held.push(other)
    }
    return true
  }

  return (key: Key, { waiting }: Mailbox<Key, Item>, held: Array<Key>): ReadonlyArray<Item> => {
    let count = 0
    for (const entry of waiting) {
      if (count === batchSize || (entry.keys.length > 1 && !take(entry, key, held))) break
      count++
    }
    return waiting.splice(0, count).map(({ item }) => item)
  }
}

/**
 * `handle` must not fail: it owns the items, and callers wait for them. It gets one batch of a key at a time, in the
 * order of arrival.
 *
 * Why no item waits for ever. An entry is in the mailboxes of all its keys, and is taken from all of them at once, when
 * it is first in each and none is busy with other work. The entry that arrived first of all that wait is first in each
 * of its mailboxes, so it waits only for work in progress. When work ends, each mailbox that it held is opened again;
 * the last one of an entry to become free takes it. Entries never hold a key while they wait, so they cannot wait for
 * each other in a circle.
 */
export const makeMailboxes = <Key, Item>(
  batchSize: number,
  handle: (items: ReadonlyArray<Item>) => Promise<void>,
): Mailboxes<Key, Item> => {
  const boxes = new Map<Key, Mailbox<Key, Item>>()
  const working = new Set<Promise<void>>()

  const takeBatch = batchTaker(boxes, batchSize)

  /** Handles what can be taken from a mailbox, and then what waited for its keys. */
  const work = async (key: Key): Promise<void> => {
    const box = boxes.get(key)
    if (box === undefined || box.busy) return
    for (;;) {
      /** The keys of the taken items, other than `key`. */
      const held: Array<Key> = []
      const items = takeBatch(key, box, held)
      if (items.length === 0) break
      box.busy = true
      await handle(items)
      box.busy = false
      for (const other of held) release(other)
      // Another mailbox has taken what is first in this one, together with its own.
      if (box.busy) return
    }
    if (box.waiting.length === 0) boxes.delete(key)
  }

  const release = (key: Key): void => {
    const box = boxes.get(key)
    if (box === undefined) return
    box.busy = false
    start(() => work(key))
  }

  const start = (run: () => Promise<void>): void => {
    const done = run().finally(() => working.delete(done))
    working.add(done)
  }

  const open = (key: Key): Mailbox<Key, Item> => {
    const box: Mailbox<Key, Item> = { waiting: [], busy: false }
    boxes.set(key, box)
    start(async () => {
      // Items that are put in the same turn of the event loop are handled together.
      await Promise.resolve()
      await work(key)
    })
    return box
  }

  const remove = (entry: Entry<Key, Item>): boolean => {
    let found = false
    for (const key of entry.keys) {
      const waiting = boxes.get(key)?.waiting
      const at = waiting?.indexOf(entry) ?? -1
      if (at < 0) continue
      waiting?.splice(at, 1)
      found = true
    }
    // What waited behind it may be first now.
    if (found) for (const key of entry.keys) start(() => work(key))
    return found
  }

  return {
    put: (keys, item) => {
      const entry = { keys, item }
      for (const key of keys) (boxes.get(key) ?? open(key)).waiting.push(entry)
      return () => remove(entry)
    },
    emptied: async () => {
      while (working.size > 0) await Promise.all(working)
    },
  }
}
