import { portableSha256 } from './internal/portableSha256.ts'
import { nodeModule } from './nodeModule.ts'
import { utf8 } from './utf8.ts'

type Encoding = 'binary' | 'hex'

const portable = (text: string, encoding: Encoding): string =>
  portableSha256(utf8(text))
    .map((byte) => (encoding === 'hex' ? byte.toString(16).padStart(2, '0') : String.fromCharCode(byte)))
    .join('')

const make = (): ((text: string, encoding: Encoding) => string) => {
  const crypto = nodeModule('node:crypto')
  const hash: unknown = typeof crypto === 'object' && crypto !== null ? Reflect.get(crypto, 'hash') : undefined
  if (typeof hash !== 'function') return portable
  // The function of Node, which takes a text and returns one.
  const native = hash as (algorithm: string, text: string, encoding: Encoding) => string
  return (text, encoding) => native('sha256', text, encoding)
}

/**
 * The SHA-256 of a text, of its bytes in UTF-8: as 32 characters that are a byte each (`binary`), or as 64 digits
 * (`hex`). Ids that are stored are made of it, so it is the same everywhere: that of Node where there is one, because
 * every command passes through here, and one in JavaScript elsewhere.
 *
 * @category for store authors
 * @since 0.1.0
 */
export const sha256: (text: string, encoding: Encoding) => string = /* @__PURE__ */ make()
