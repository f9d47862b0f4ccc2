import { nodeModule } from '../nodeModule.ts'
import { utf8 } from '../utf8.ts'
import { portableSha256 } from './portableSha256.ts'

/** The number of bytes in a block of SHA-256. */
const block = 64

const hex = (bytes: ReadonlyArray<number>): string => bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')

/** HMAC as FIPS 198-1 defines it. */
export const portableHmac = (key: string): ((text: string) => string) => {
  const bytes = utf8(key)
  const short = bytes.length > block ? portableSha256(bytes) : bytes
  const padded = Array.from({ length: block }, (_, i) => short[i] ?? 0)
  const [inner, outer] = [padded.map((byte) => byte ^ 0x36), padded.map((byte) => byte ^ 0x5c)]
  return (text) => hex(portableSha256([...outer, ...portableSha256([...inner, ...utf8(text)])]))
}

/** What `createHmac` of Node returns, as far as it is used here. */
interface NodeHmac {
  readonly update: (text: string) => NodeHmac
  readonly digest: (encoding: 'hex') => string
}

/**
 * The HMAC-SHA-256 of texts under a key, as 64 hexadecimal digits. Node computes it where there is Node, JavaScript
 * elsewhere. WebCrypto only returns promises, and tags are made synchronously.
 */
export const hmacSha256 = (key: string): ((text: string) => string) => {
  const crypto = nodeModule('node:crypto')
  const make: unknown = typeof crypto === 'object' && crypto !== null ? Reflect.get(crypto, 'createHmac') : undefined
  if (typeof make !== 'function') return portableHmac(key)
  // The function of Node.
  const createHmac = make as (algorithm: string, key: string) => NodeHmac
  return (text) => createHmac('sha256', key).update(text).digest('hex')
}
