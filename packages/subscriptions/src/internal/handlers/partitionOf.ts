import { utf8 } from '@foldlog/core/store'

/** A number of 32 bits for a text: FNV-1a over its UTF-8 bytes, mixed once more. It must never change. */
export const hashOf = (text: string): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 128) hash = Math.imul(hash ^ code, 0x01000193)
    else {
      // The slow path from here on; the ASCII prefix is its own UTF-8.
      for (const byte of utf8(text.slice(i))) hash = Math.imul(hash ^ byte, 0x01000193)
      break
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash ^= hash >>> 13
  return hash >>> 0
}

/** The partition of a lane: a lane that moved to another partition would be handled twice, or not at all. */
export const partitionOf = (lane: string, partitions: number): number =>
  partitions === 1 ? 0 : hashOf(lane) % partitions
