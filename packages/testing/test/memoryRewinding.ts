import type { MemoryStore } from '@foldlog/memory-store'
import type { Rewinding } from '@foldlog/testing/laws'

/** Makes the log of a memory store go back. A restart restores a copy that was just made, so it loses nothing. */
export const memoryRewinding = ({ backup }: Pick<MemoryStore, 'backup'>): Rewinding => ({
  backup: async () => {
    const restore = backup()
    return async () => restore()
  },
  restart: async () => backup()(),
})
