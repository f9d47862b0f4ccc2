import type { ExpectedVersion } from '@foldlog/core'

/** Encodes an expected version for foldlog.append and foldlog.delete_stream. */
export const encodeExpectedVersion = (expected: ExpectedVersion): number => {
  switch (expected) {
    case 'any':
      return -1
    case 'streamExists':
      return -2
    case 'noStream':
      return 0
    default:
      return expected
  }
}
