const encoder = new TextEncoder()

/**
 * The partition of a lane: FNV-1a over its UTF-8 bytes, mixed once more. It must never change: a lane that moved to
 * another partition would be handled twice, or not at all.
 */
export const partitionOf = (lane: string, partitions: number): number => {
  if (partitions === 1) return 0
  let hash = 0x811c9dc5
  for (let i = 0; i < lane.length; i++) {
    const code = lane.charCodeAt(i)
    if (code < 128) hash = Math.imul(hash ^ code, 0x01000193)
    else {
      // The slow path from here on; the ASCII prefix is its own UTF-8.
      for (const byte of encoder.encode(lane.slice(i))) hash = Math.imul(hash ^ byte, 0x01000193)
      break
    }
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash ^= hash >>> 13
  return (hash >>> 0) % partitions
}
