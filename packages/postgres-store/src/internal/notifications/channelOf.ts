import { createHash } from 'node:crypto'

/**
 * The notification channel of a schema; channels of other databases are separate anyway. Hashed, because the name of a
 * channel has at most 63 bytes.
 */
export const channelOf = (quotedSchema: string): string =>
  `foldlog_${createHash('md5').update(quotedSchema).digest('hex')}`
