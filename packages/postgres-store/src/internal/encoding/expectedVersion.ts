import type { ExpectedVersion } from '@foldlog/core'

/** How foldlog.append and foldlog.delete_stream are told what is expected. */
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
