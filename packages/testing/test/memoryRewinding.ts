import type { MemoryStore } from '@foldlog/memory-store'
import type { Rewinding } from '@foldlog/testing'

/** Takes a memory store back. Nothing comes between a copy and its restoration, so that a restart loses nothing. */
export const memoryRewinding = ({ backup }: Pick<MemoryStore, 'backup'>): Rewinding => ({
  backup: async () => {
    const restore = backup()
    return async () => restore()
  },
  restart: async () => backup()(),
})
